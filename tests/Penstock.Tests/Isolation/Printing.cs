using System.Globalization;
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
    public Task Lines_name_their_worker_where_that_is_asked_for() => Within.Time(() => Tries.OneOf(3, async number =>
    {
        var word = $"tells-{number}"; // what a try prints too late does not count for the next
        var pipeline = Pipeline.From(Enumerable.Range(0, 50)).Then(Steps.SayEach, word, Beside.Processes(2) with { Name = "Sayer" });
        await pipeline.ToListAsync(new() { LabelOutput = true });
        var lines = printed.ToString().Split('\n').Where(line => line.Contains(word, StringComparison.Ordinal)).ToArray();
        Assert.Equal(50, lines.Length);
        Assert.All(lines, line => Assert.Matches($@"^\[Sayer #[01]\] {word} \d+$", line.TrimEnd()));
    }));

    [Fact]
    public Task Every_line_of_a_worker_has_arrived_when_the_run_is_over() => Within.Time(() => Tries.OneOf(3, async number =>
    {
        var word = $"saw-{number}";
        await Pipeline.From(Enumerable.Range(0, 50)).Then(Steps.SayEach, word, Beside.Processes(2)).ToListAsync();
        var lines = printed.ToString().Split('\n').Where(line => line.Contains(word, StringComparison.Ordinal)).ToArray();
        Assert.Equal(50, lines.Length);
        Assert.All(Enumerable.Range(0, 50), i => Assert.Single(lines, line => string.Equals(line.TrimEnd(), $"{word} {i}", StringComparison.Ordinal)));
    }));

    [Fact]
    public Task The_end_of_a_run_waits_for_a_slow_console() => Within.Time(() => Tries.OneOf(3, async number =>
    {
        var word = $"saw-{number}";
        using var slow = new HeldUp(printed, static _ => Thread.Sleep(100)); // slow: nothing is waited for here
        Console.SetOut(slow);
        await Pipeline.From(Enumerable.Range(0, 3)).Then(Steps.SayEach, word, Beside.Process).ToListAsync();
        Assert.Contains($"{word} 2", printed.ToString(), StringComparison.Ordinal);
    }));

    [Fact]
    public Task A_console_that_stands_still_does_not_hold_up_the_end_of_a_run_for_long() => Within.Time(async () =>
    {
        using var isOver = new ManualResetEventSlim();
        using var still = new HeldUp(printed, _ => isOver.Wait());
        Console.SetOut(still);
        try
        {
            Assert.Equal([0, 1, 2], await Pipeline.From(Enumerable.Range(0, 3)).Then(Steps.SayEach, "saw", Beside.Process).ToListAsync());
        }
        finally
        {
            isOver.Set();
        }
    });

    private sealed class HeldUp(TextWriter writer, Action<string?> before) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void Write(string? value)
        {
            before(value);
            writer.Write(value);
        }
    }
}
