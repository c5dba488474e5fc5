using System.Diagnostics;
using System.Globalization;
using Penstock.Processes;
using Penstock.Tests.Support;
using Xunit.Abstractions;

namespace Penstock.Tests.Isolated;

/// <summary>No process, memory or descriptor outlives a run. Looked at when nothing else runs.</summary>
[Collection(nameof(Alone))]
public class NothingLeaks(ITestOutputHelper output)
{
    [Fact]
    public Task A_hundred_short_runs_leave_no_process_no_memory_and_no_descriptor() => Within.Time(async () =>
    {
        await Repeat(5);
        Collect();
        var before = Descriptors();
        await Repeat(100);
        Assert.Empty(Children());
        Collect();
        Assert.DoesNotContain(Descriptors(), d => d.Contains("memfd:penstock-", StringComparison.Ordinal));
        Assert.DoesNotContain(await File.ReadAllLinesAsync("/proc/self/maps"), m => m.Contains("memfd:penstock-", StringComparison.Ordinal));
        output.WriteLine($"descriptors: {before.Length} before, {Descriptors().Length} after");
        Assert.InRange(Descriptors().Length, 0, before.Length + 3); // what the runtime opens by itself
    }, limit: TimeSpan.FromMinutes(2));

    [Fact]
    public Task The_workers_of_a_killed_parent_are_gone_within_a_second() => Within.Time(async () =>
    {
        using var app = App.Start(App.Host, ["pipeline"]);
        var workers = (await app.StandardOutput.ReadLineAsync())!.Split(' ')[1..].Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(3, workers.Length);
        var descriptors = workers.Select(PidDescriptor.Open).ToArray();
        app.Kill();
        var start = Stopwatch.GetTimestamp();
        foreach (var descriptor in descriptors)
        {
            while (!Penstock.Processes.Descriptors.WaitUntilReadable(descriptor, 10_000)) // interrupted by signals
                Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        output.WriteLine(FormattableString.Invariant($"gone after {elapsed.TotalMilliseconds:F1} ms"));
        Assert.InRange(elapsed.TotalSeconds, 0, 1);
        foreach (var descriptor in descriptors)
            _ = Penstock.Processes.Descriptors.Close(descriptor);
        foreach (var id in workers.Append(app.Id))
            DiagnosticFiles.Remove(id); // nobody else would
    });

    // One run in four ends well, one early, one with a crash, one with an exception.
    private static async Task Repeat(int runs)
    {
        for (var i = 0; i < runs; i++)
        {
            var crash = Pipeline.From(Steps.Count, 5).Then(Mishap.Stage, new Mishap(i % 4 == 2 ? Accident.Kill : Accident.Exception, i % 4 < 2 ? 99 : 3), Beside.Process);
            switch (i % 4)
            {
                case 0:
                    Assert.Equal(10, (await crash.ToListAsync()).Count);
                    break;
                case 1:
                    Assert.Equal([0], crash.AsEnumerable().Take(1));
                    break;
                case 2:
                    await Assert.ThrowsAsync<WorkerCrashedException>(() => crash.ToListAsync());
                    break;
                case 3:
                    await Assert.ThrowsAsync<MishapException>(() => crash.ToListAsync());
                    break;
            }
        }
    }

    private static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static string[] Descriptors() => [.. new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Select(f => f.LinkTarget ?? "")];

    private static int[] Children() =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out var id) && ParentOf(id) == Environment.ProcessId).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))];

    private static int ParentOf(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat"); // the name before may hold spaces and brackets
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has gone meanwhile
        }
    }
}
