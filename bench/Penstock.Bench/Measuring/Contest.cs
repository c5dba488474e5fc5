namespace Penstock.Bench.Measuring;

/// <summary>The same work done by several contestants, in alternating rounds.</summary>
internal sealed record Contest(string Name, IReadOnlyList<Contestant> Contestants)
{
    /// <summary>The figure the contest is about.</summary>
    public Headline Headline { get; init; } = Headline.ItemsPerSecond;

    /// <summary>Measure the difference of a long and a short run: what it costs to start and end one cancels out.</summary>
    public bool Steady { get; init; }

    /// <summary>Run beforehand, not measured: a slow contest never runs its code often enough to get it optimised.</summary>
    public IReadOnlyList<Contestant> WarmUp { get; init; } = [];

    /// <summary>Rounds take at least so long, also when in a hurry.</summary>
    public TimeSpan AtLeast { get; init; }
}
