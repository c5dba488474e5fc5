using System.Diagnostics;
using System.Globalization;
using Penstock.Processes;
using Penstock.SharedMemory;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;
using Xunit.Abstractions;

namespace Penstock.Tests.Processes;

/// <summary>The contract of worker processes, for each way to start them.</summary>
public abstract class Lives(ITestOutputHelper log) : WorkerContract
{
    [Fact]
    public Task A_worker_runs_its_entry_and_is_told_what_it_needs() => Within.Time(async () =>
    {
        using var region = SharedRegion.Create("test", 4096);
        using var worker = Start(Launch(Entries.Answer, region.Handle));
        Assert.Equal(worker.Id, Await(region));
        Assert.False(worker.Exited.IsCompleted);
        Tell(region);
        Assert.Equal(WorkerExit.FromCode(0), await worker.Exited);
    });

    [Theory]
    [InlineData("0")]
    [InlineData("3")]
    [InlineData("255")]
    public Task An_exit_code_is_seen(string code) => Within.Time(async () =>
        Assert.Equal(WorkerExit.FromCode(int.Parse(code, CultureInfo.InvariantCulture)), await ExitOf(Entries.Exit, code)));

    [Fact]
    public Task A_crash_is_seen_with_the_name_of_its_signal() => Within.Time(async () =>
    {
        Assert.Equal("SIGKILL", (await ExitOf(Entries.Signal, "9")).Signal);
        Assert.Equal("SIGUSR1", (await ExitOf(Entries.Signal, "10")).Signal);
        Assert.Equal("SIGSEGV", (await ExitOf(Entries.ReadNull)).Signal);
        Assert.Equal("SIGABRT", (await ExitOf(Entries.Abort)).Signal);
        Assert.Equal("SIGABRT", (await ExitOf(Entries.FailFast)).Signal);
        Assert.Equal("SIGABRT", (await ExitOf(Entries.Overflow)).Signal);
    });

    [Fact]
    public Task The_last_words_of_an_exception_are_kept() => Within.Time(async () =>
    {
        var tail = "";
        using var worker = Start(Launch(Entries.Throw), (w, _) => tail = w.StandardErrorTail);
        Assert.Equal("SIGABRT", (await worker.Exited).Signal);
        Assert.Contains("InvalidOperationException: on purpose", tail, StringComparison.Ordinal);
        Assert.Equal(tail, worker.StandardErrorTail);
    });

    [Fact]
    public Task The_callback_comes_once_and_before_the_task() => Within.Time(async () =>
    {
        var calls = new List<(int Id, WorkerExit Exit, bool IsCompleted)>();
        using var worker = Start(Launch(Entries.Exit, "5"), (w, exit) => calls.Add((w.Id, exit, w.Exited.IsCompleted)));
        await worker.Exited;
        Assert.Equal([(worker.Id, WorkerExit.FromCode(5), false)], calls);
    });

    [Fact]
    public Task A_killed_worker_is_gone_and_killing_a_dead_one_does_nothing() => Within.Time(async () =>
    {
        using var region = SharedRegion.Create("test", 4096);
        using var worker = Start(Launch(Entries.Answer, region.Handle));
        Await(region);
        worker.Kill();
        Assert.Equal("SIGKILL", (await worker.Exited).Signal);
        worker.Kill();
        worker.Dispose();
        Assert.False(Directory.Exists($"/proc/{worker.Id}"));
    });

    [Fact]
    public Task A_worker_may_be_killed_at_any_moment_of_its_start() => Within.Time(async () =>
    {
        var random = new Random(1);
        for (var i = 0; i < 20; i++)
        {
            using var worker = Start(Launch(Entries.Wait));
            using var moment = new ManualResetEventSlim();
            moment.Wait(random.Next(40)); // not a wait for anything: a time to pass
            worker.Kill();
            Assert.Equal("SIGKILL", (await worker.Exited).Signal);
        }
    });

    [Fact]
    public Task A_worker_outlives_the_thread_that_asked_for_it() => Within.Time(async () =>
    {
        using var region = SharedRegion.Create("test", 4096);
        WorkerProcess? worker = null;
        var thread = new Thread(() => worker = Start(Launch(Entries.Answer, region.Handle)));
        thread.Start();
        thread.Join();
        Await(region);
        Tell(region);
        Assert.Equal(WorkerExit.FromCode(0), await worker!.Exited);
    });

    [Fact]
    public Task A_worker_may_have_workers_itself() => Within.Time(async () =>
        Assert.Equal(WorkerExit.FromCode(7), await ExitOf(Entries.Nest, "7")));

    [Fact]
    public Task No_zombie_and_no_descriptor_is_left() => Within.Time(async () =>
    {
        await ExitOf(Entries.Nothing);
        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        foreach (var exit in await Task.WhenAll(Enumerable.Range(0, 8).Select(i => ExitOf(Entries.Exit, $"{i}"))))
            Assert.NotNull(exit.ExitCode);
        Assert.DoesNotContain(Directory.GetDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])), IsOurZombie);
        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + 2);
    });

    [Fact]
    public Task Other_children_of_this_process_are_left_alone() => Within.Time(async () =>
    {
        using var other = Process.Start(new ProcessStartInfo("sh", ["-c", "read line; exit 4"]) { UseShellExecute = false, RedirectStandardInput = true })!;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ExitOf(Entries.Nothing)));
        other.StandardInput.WriteLine();
        await other.WaitForExitAsync();
        Assert.Equal(4, other.ExitCode);
    });

    [Fact]
    public Task SIGTERM_gives_the_run_a_second_and_SIGINT_is_left_to_the_parent() => Within.Time(async () =>
    {
        using var region = SharedRegion.Create("test", 4096);
        using var worker = Start(Launch(Entries.Answer, region.Handle));
        Await(region);
        Send("INT");
        var start = Stopwatch.GetTimestamp();
        Send("TERM");
        Assert.Equal("SIGTERM", (await worker.Exited).Signal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 10);

        void Send(string signal)
        {
            using var kill = Process.Start("kill", ["-" + signal, $"{worker.Id}"]);
            kill.WaitForExit();
        }
    });

    [Fact]
    public Task A_worker_that_ends_within_its_second_ends_well() => Within.Time(() => Tries.OneOf(5, async _ =>
    {
        using var region = SharedRegion.Create("test", 4096);
        using var worker = Start(Launch(Entries.Answer, region.Handle));
        Assert.Equal(0, Libc.Kill(Await(region), 15));
        await Assert.ThrowsAsync<TimeoutException>(() => worker.Exited.WaitAsync(TimeSpan.FromMilliseconds(200))); // more than a death would take
        Tell(region);
        Assert.Equal(WorkerExit.FromCode(0), await worker.Exited);
    }));

    [Fact]
    public Task A_worker_whose_run_has_begun_to_end_does_not_die_of_SIGTERM() => Within.Time(async () =>
    {
        using var region = SharedRegion.Create("test", 4096);
        using var worker = Start(Launch(Entries.AnswerWhenReleased, region.Handle));
        using (var kill = Process.Start("kill", [$"{Await(region)}"]))
            await kill.WaitForExitAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => worker.Exited.WaitAsync(TimeSpan.FromSeconds(2))); // longer than its second
        Tell(region);
        Assert.Equal(WorkerExit.FromCode(0), await worker.Exited);
    });

    [Fact]
    public Task A_killed_worker_leaves_no_diagnostic_sockets() => Within.Time(async () =>
    {
        using var region = SharedRegion.Create("test", 4096);
        using var worker = Start(Launch(Entries.Answer, region.Handle));
        var itself = $"{Await(region)}-{ProcessStatus.StartOf(worker.Id)}"; // another one of its number may have left some before
        Assert.NotEmpty(Sockets());
        worker.Kill();
        await worker.Exited;
        Assert.Empty(Sockets());

        string[] Sockets() => [.. Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{itself}-*"), .. Directory.GetFiles(Path.GetTempPath(), $"clr-debug-pipe-{itself}-*")];
    });

    [Fact]
    public Task Setup_methods_run_when_the_worker_asks_for_them() => Within.Time(async () =>
        Assert.Equal(["False True"], await AnswerOf(handle => Launch(Entries.ReportSetup, handle) with { Assemblies = [typeof(Entries).Assembly] })));

    [Fact]
    public Task A_death_is_told_within_milliseconds() => Within.Time(async () =>
    {
        using var region = SharedRegion.Create("test", 4096);
        var latencies = new List<double>();
        for (var i = 0; i < 11; i++)
        {
            using var worker = Start(Launch(Entries.Signal, $"9 {region.Handle}"), (_, _) => latencies.Add(Since(region).TotalMilliseconds));
            await worker.Exited;
        }

        latencies.Sort();
        log.WriteLine($"From kill to callback: {latencies[0]:F2} ms at best, {latencies[5]:F2} in the middle, {latencies[^1]:F2} at worst.");
        Assert.InRange(latencies[2], 0, 100); // a busy machine delays most of them
    });

    private static bool IsOurZombie(string path)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(path, "stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ') is ["Z", var parent, ..] && int.Parse(parent, CultureInfo.InvariantCulture) == Environment.ProcessId;
        }
        catch (IOException)
        {
            return false; // gone
        }
    }
}
