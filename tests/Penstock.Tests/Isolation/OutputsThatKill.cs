using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>An output's own Dispose ends the process: once when it has just been handed on, then when the next process drops it.</summary>
public class OutputsThatKill
{
    [Fact]
    public Task Are_handed_on_once() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From([1]).Then(Arm, Beside.Process with { Faults = FaultPolicy.Retry(3) });
        Assert.Equal(["1"], (await pipeline.ToListAsync()).Select(m => m.Text));
    });

    private static IEnumerable<Mine> Arm(IEnumerable<int> items) => items.Select(item => new Mine { Text = $"{item}", IsArmed = PipelineContext.Current!.Attempt < 3 });

    internal sealed record Mine : IDisposable
    {
        public required string Text { get; init; }

        public bool IsArmed { get; init; }

        public void Dispose()
        {
            if (IsArmed)
                Accident.Kill.Happen();
        }
    }
}
