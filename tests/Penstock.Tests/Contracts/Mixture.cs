using System.Globalization;

namespace Penstock.Tests.Contracts;

/// <summary>
/// Each stage by lot: in a thread, a task or processes, with one worker or several. The name of the test shows the seed;
/// PENSTOCK_SEED=… draws the same lots again.
/// </summary>
public class Mixture : Processes
{
    private readonly int seed;
    private readonly Random lots;

    public Mixture()
    {
        seed = int.TryParse(Environment.GetEnvironmentVariable("PENSTOCK_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next(1_000_000);
        lots = new Random(seed);
        KeepsOrder = lots.Next(3) > 0;
    }

    public override bool KeepsOrder { get; }

    public override string ToString() => $"{base.ToString()}, PENSTOCK_SEED={seed}";

    protected override (StageOptions Options, bool IsAsynchronous) NextSource() => (Place(), lots.Next(3) == 0);

    protected override (StageOptions Options, bool IsAsynchronous) NextStage()
    {
        var workers = lots.Next(2) == 0 ? 1 : lots.Next(2, 4);
        var options = Place() with { Workers = workers, Ordered = KeepsOrder || lots.Next(2) == 0, MaxInFlight = lots.Next(2) == 0 ? null : workers + lots.Next(4) };
        return (options, lots.Next(4) == 0);
    }

    private StageOptions Place() => lots.Next(5) switch
    {
        0 => new() { Isolation = Isolation.None },
        1 or 2 => new(),
        _ => InProcess,
    };
}
