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
}
