using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>What a worker prints goes to the console of its parent.</summary>
[Collection(nameof(Alone))]
public sealed class Printing : IDisposable
{
    private readonly TextWriter console = Console.Out;
    private readonly StringWriter printed = new();

    public Printing() => Console.SetOut(TextWriter.Synchronized(printed));

    public void Dispose() => Console.SetOut(console);

    [Fact]
    public Task Every_line_of_a_worker_has_arrived_when_the_run_is_over() => Within.Time(async () =>
    {
        await Pipeline.From(Enumerable.Range(0, 50)).Then(Steps.SayEach, "saw", Beside.Processes(2)).ToListAsync();
        var lines = printed.ToString().Split('\n').Where(line => line.Contains("saw", StringComparison.Ordinal)).ToArray();
        Assert.Equal(50, lines.Length);
        Assert.All(Enumerable.Range(0, 50), i => Assert.Single(lines, line => line.TrimEnd().EndsWith($"saw {i}", StringComparison.Ordinal)));
    });
}
