using System.Diagnostics;
using System.Globalization;
using Penstock.Processes;
using Penstock.Tests.Support;
using Xunit.Abstractions;

namespace Penstock.Tests.Promises;

/// <summary>However a process ends, its workers end with it. Measured when nothing else runs.</summary>
[Collection(nameof(Alone))]
public class Promise5NothingOutlivesAKilledParent(ITestOutputHelper output)
{
    [Fact]
    public Task The_workers_of_a_killed_parent_are_gone_within_a_second() => Within.Time(async () =>
    {
        // The shortest of some times, which a busy machine hardly changes.
        var times = new[] { await TimeToEndAsync(), await TimeToEndAsync(), await TimeToEndAsync() };
        output.WriteLine($"gone after {string.Join(", ", times.Select(time => FormattableString.Invariant($"{time.TotalMilliseconds:F1} ms")))}");
        Assert.InRange(times.Min().TotalSeconds, 0, 1);
    });

    private static async Task<TimeSpan> TimeToEndAsync()
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
                Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 60);
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        foreach (var descriptor in descriptors)
            _ = Penstock.Processes.Descriptors.Close(descriptor);
        foreach (var id in workers.Append(app.Id))
            DiagnosticFiles.Remove(id); // nobody else would
        return elapsed;
    }
}
