using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Penstock.Processes;
using Penstock.SharedMemory;
using Penstock.Tests.Support;

namespace Penstock.Tests.Processes;

/// <summary>What only Linux can do.</summary>
public partial class LinuxWorkers : WorkerContract
{
    internal override SharedWait Waits => LinuxWay.Waits;

    [Fact]
    public Task Descriptors_of_the_parent_are_not_inherited() => Within.Time(async () =>
    {
        var path = Path.GetTempFileName();
        try
        {
            using var file = File.OpenHandle(path);
            using var inheritable = new SafeFileHandle(Duplicate(file), ownsHandle: true); // as careless libraries open them
            Assert.DoesNotContain(path, await AnswerOf(handle => Launch(Entries.ReportDescriptors, handle)));
        }
        finally
        {
            File.Delete(path);
        }
    });

    [Fact]
    public Task The_kernel_would_rather_end_a_worker_than_its_parent() => Within.Time(async () =>
    {
        var own = int.Parse(await File.ReadAllTextAsync("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture);
        var answer = await AnswerOf(handle => Launch(Entries.ReportEnvironment, handle));
        Assert.Equal($"score {Math.Min(1000, own + 500)}", answer[5]);
    });

    [Fact]
    public Task A_program_that_is_not_there_is_named() => Within.Time(() =>
    {
        var exception = Assert.Throws<IOException>(() => LinuxSpawn.Start(new("/nowhere/app", []), new Dictionary<string, string>(StringComparer.Ordinal), 1, 2));
        Assert.Contains("/nowhere/app", exception.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_worker_may_be_started_from_the_callback_of_another_ones_death() => Within.Time(async () =>
    {
        var second = new TaskCompletionSource<WorkerProcess>();
        using var first = Start(Launch(Entries.Exit, "1"), (_, _) => second.SetResult(Start(Launch(Entries.Exit, "2"))));
        Assert.Equal(1, (await first.Exited).ExitCode);
        using var worker = await second.Task;
        Assert.Equal(2, (await worker.Exited).ExitCode);
    });

    internal override WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died = null) => LinuxWay.Start(launch, died);

    [LibraryImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Duplicate(SafeFileHandle file);
}
