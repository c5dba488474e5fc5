namespace Penstock.Bench.Measuring;

/// <summary>Whether a claim holds, from the best to the worst that can be said of it.</summary>
internal enum Outcome
{
    Holds,

    /// <summary>The noise hides it.</summary>
    NotResolved,

    /// <summary>Whoever it is about has not run.</summary>
    NotMeasured,
    Missed,
}

/// <summary>What this run says of a claim.</summary>
/// <param name="Subject">The claim, and whose it is.</param>
/// <param name="Outcome">Whether it holds.</param>
/// <param name="Figures">Why.</param>
internal sealed record Finding(string Subject, Outcome Outcome, string Figures)
{
    /// <summary>How far it is reached: 1 is just so. Null where that is not known.</summary>
    public double? Ratio { get; init; }

    public override string ToString() => $"{Subject}: {Figures}";
}
