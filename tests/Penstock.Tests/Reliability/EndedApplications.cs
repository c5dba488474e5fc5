using System.Diagnostics;
using System.Globalization;
using Penstock.Processes;
using Penstock.SharedMemory;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;
using Xunit.Abstractions;

namespace Penstock.Tests.Reliability;

/// <summary>Somebody ends an application with workers, as a terminal or systemd does: by a signal to the whole group.</summary>
[Collection(nameof(Alone))]
public sealed class EndedApplications(ITestOutputHelper output) : IDisposable
{
    private const int Interrupt = 2; // SIGINT, Ctrl-C
    private const int KillSignal = 9;
    private const int Terminate = 15; // SIGTERM
    private const string Portable = "PENSTOCK_PORTABLE";
    private const string Secret = "TESTAPP_SECRET";

    private readonly TemporaryFolder temporary = new();

    private readonly List<int> started = [];

    public void Dispose()
    {
        // One that did not end, as a test that failed will say, must not compute for ever.
        foreach (var leader in started)
            _ = Libc.Kill(-leader, KillSignal);
        temporary.Dispose();
    }

    [Fact]
    public Task Ctrl_C_in_an_application_that_answers_it_ends_everything_once_and_leaves_nothing() => Within.Time(async () =>
    {
        using var app = await StartAsync("cancel");
        SendToGroup(app, Interrupt);
        var lines = (await app.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await app.WaitForExitAsync();
        Assert.Equal(["asked to end", "cancelled", "source has left", "stage has left"], lines.Order(StringComparer.Ordinal));
        Assert.Equal("", await app.StandardError.ReadToEndAsync());
        Assert.Equal(5, app.ExitCode);
        Assert.Equal(0, temporary.Count("*"));
    });

    [FactInTerminal]
    public Task Ctrl_C_typed_at_a_terminal_ends_everything_once_too() => Within.Time(async () =>
    {
        // A terminal of its own: what is typed there goes through the kernel, which signals all that run in it.
        // The shell that reads the command gives way to it ("exec"): one that waits would end by Ctrl-C too, with an exit code of its own.
        var command = $"exec env --default-signal=INT TMPDIR={temporary.Path} {App.Host} cancel";
        using var terminal = App.Start(FactInTerminalAttribute.Program, ["--quiet", "--return", "--command", command, "/dev/null"]);
        started.Add(terminal.Id);
        Assert.NotNull(await terminal.StandardOutput.ReadLineAsync());
        await terminal.StandardInput.WriteAsync('\x03');
        await terminal.StandardInput.FlushAsync();
        var lines = (await terminal.StandardOutput.ReadToEndAsync()).Replace("^C", "", StringComparison.Ordinal).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        await terminal.WaitForExitAsync();
        Assert.Equal(["asked to end", "cancelled", "source has left", "stage has left"], lines.Order(StringComparer.Ordinal));
        Assert.Equal(5, terminal.ExitCode);
        Assert.Equal(0, temporary.Count("*"));
    });

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    public Task In_an_application_that_does_not_answer_the_exit_is_that_of_one_without_workers(int signal) => Within.Time(async () =>
    {
        using var plain = await StartAsync("sleep");
        using var app = await StartAsync("pipeline");
        SendToGroup(plain, signal);
        SendToGroup(app, signal);
        await Task.WhenAll(plain.WaitForExitAsync(), app.WaitForExitAsync());
        Assert.Equal(("", ""), (await app.StandardOutput.ReadToEndAsync(), await app.StandardError.ReadToEndAsync()));
        Assert.Equal(plain.ExitCode, app.ExitCode);
        Assert.Equal(128 + signal, app.ExitCode);
    });

    [Theory]
    [InlineData("return", Portable)]
    [InlineData("exit", Portable)]
    [InlineData("throw", Portable)]
    [InlineData("return", Secret)]
    [InlineData("exit", Secret)]
    [InlineData("throw", Secret)]
    public Task Where_shared_memory_lies_in_files_an_application_that_ends_in_the_midst_of_a_run_removes_them(string way, string variable) => Within.Time(async () =>
    {
        using var app = await StartAsync($"end {way}", (variable, "1"), ("DOTNET_DbgEnableMiniDump", "0"));
        await app.WaitForExitAsync();
        Assert.Empty(FilesOf(app));
    });

    [Theory]
    [InlineData(Interrupt, Portable)]
    [InlineData(Terminate, Portable)]
    [InlineData(KillSignal, Portable)]
    [InlineData(Interrupt, Secret)]
    [InlineData(Terminate, Secret)]
    [InlineData(KillSignal, Secret)]
    public Task Where_it_was_killed_its_workers_remove_them(int signal, string variable) => Within.Time(async () =>
    {
        using var app = await StartAsync("pipeline", (variable, "1"));
        Assert.NotEmpty(FilesOf(app));
        var all = Watch(app);
        Assert.Equal(0, Libc.Kill(signal == KillSignal ? app.Id : -app.Id, signal));
        await app.WaitForExitAsync();
        AwaitEndOf(all);
        Assert.Empty(Members(app.Id));
        Assert.Empty(FilesOf(app));
    });

    [Fact]
    public Task SIGTERM_to_all_lets_a_run_drain_for_longer_than_the_second_that_workers_give_it() => Within.Time(() => Tries.OneOf(3, async _ =>
    {
        var before = temporary.Count("*"); // of a try that failed
        using var app = await StartAsync("drain");
        var start = Stopwatch.GetTimestamp();
        SendToGroup(app, Terminate);
        var text = await app.StandardOutput.ReadToEndAsync();
        await app.WaitForExitAsync();
        var elapsed = Stopwatch.GetElapsedTime(start);
        output.WriteLine(FormattableString.Invariant($"drained in {elapsed.TotalSeconds:F1} s"));
        Assert.StartsWith("drained ", text.Split('\n').First(line => !line.StartsWith("source", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(("", 0), (await app.StandardError.ReadToEndAsync(), app.ExitCode));
        Assert.InRange(elapsed.TotalSeconds, 1.2, 60);
        Assert.Equal(before, temporary.Count("*"));
    }));

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public Task Kill_9_of_an_application_takes_its_workers_along_and_leaves_what_every_killed_one_leaves(string diagnostics) => Within.Time(async () =>
    {
        using var app = await StartAsync("pipeline", ("DOTNET_EnableDiagnostics", diagnostics));
        var before = MemoryFiles();
        Assert.NotEmpty(before);
        var all = Watch(app);
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(0, Libc.Kill(app.Id, KillSignal)); // the parent alone
        await app.WaitForExitAsync();
        AwaitEndOf(all);
        var elapsed = Stopwatch.GetElapsedTime(start);
        Assert.Empty(Members(app.Id));
        output.WriteLine(FormattableString.Invariant($"all gone after {elapsed.TotalMilliseconds:F0} ms; left: {temporary.Count("*")} files of the runtime"));
        Assert.Empty(FilesOf(app));

        // The sockets and pipes by which the tools of .NET find a process; a killed one cannot remove them, and the killed parent not those of its workers.
        Assert.Equal(temporary.Count("*"), temporary.Count("dotnet-diagnostic-*") + temporary.Count("clr-debug-pipe-*"));
        if (diagnostics is "0")
            Assert.Equal(0, temporary.Count("*"));

        string[] MemoryFiles() => [.. Members(app.Id).Where(id => File.ReadAllText($"/proc/{id}/maps").Contains("memfd:penstock-", StringComparison.Ordinal)).Select(id => $"{id}")];
    });

    /// <summary>In a group of its own, with temporary files of its own; returns when it runs.</summary>
    private async Task<Process> StartAsync(string command, params (string Name, string Value)[] environment)
    {
        // Whoever runs the tests in the background of a shell ignores Ctrl-C, and what it starts inherits that.
        var app = App.Start("env", ["--default-signal=INT", "setsid", App.Host, .. command.Split(' ')], [("TMPDIR", temporary.Path), .. environment]);
        started.Add(app.Id);
        Assert.NotNull(await app.StandardOutput.ReadLineAsync());
        return app;
    }

    private static string[] FilesOf(Process app) => Directory.GetFiles(FileRegion.Folder, $"penstock-*-{app.Id}-*");

    private static void SendToGroup(Process leader, int signal) => Assert.Equal(0, Libc.Kill(-leader.Id, signal));

    // A descriptor of each process of its session, which tells when that one has ended.
    private static int[] Watch(Process leader) => [.. Members(leader.Id).Select(PidDescriptor.Open)];

    private static void AwaitEndOf(int[] processes)
    {
        foreach (var process in processes)
        {
            PidDescriptor.Wait(process);
            _ = Descriptors.Close(process);
        }
    }

    // All processes of the session that this one leads.
    private static int[] Members(int leader) =>
        [.. Directory.GetDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0 && SessionOf(id) == leader)];

    private static int SessionOf(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ') is [not ("Z" or "X"), _, _, var session, ..] ? int.Parse(session, CultureInfo.InvariantCulture) : 0;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}

/// <summary>Needs a program that makes a terminal, which Debian always has.</summary>
internal sealed class FactInTerminalAttribute : FactAttribute
{
    public const string Program = "/usr/bin/script";

    public FactInTerminalAttribute()
    {
        if (!File.Exists(Program))
            Skip = $"{Program} is not there to make a terminal";
    }
}
