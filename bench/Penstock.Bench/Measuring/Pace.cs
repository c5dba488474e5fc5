namespace Penstock.Bench.Measuring;

/// <summary>How many rounds, and how long each of them should take.</summary>
internal sealed record Pace(int Rounds, TimeSpan RoundTime)
{
    public static Pace Full { get; } = new(7, TimeSpan.FromSeconds(0.5));

    public static Pace Quick { get; } = new(3, TimeSpan.FromSeconds(0.05));

    public bool InAHurry => this == Quick;

    /// <summary>For contests whose rounds cannot be as short as others.</summary>
    public TimeSpan Seconds(double full, double quick) => TimeSpan.FromSeconds(InAHurry ? quick : full);
}
