namespace Penstock.Bench.Measuring;

/// <summary>One line of a table: a contestant in a contest. Medians over the rounds.</summary>
internal sealed record Line
{
    /// <summary>What the note of a contestant starts with that took part and failed.</summary>
    public const string Failure = "FAILED: ";

    public required string Suite { get; init; }

    public required string Name { get; init; }

    public required string Peer { get; init; }

    /// <summary>Of the median.</summary>
    public required Headline Headline { get; init; }

    /// <summary>Not a number if there is none.</summary>
    public double Median { get; init; } = double.NaN;

    /// <summary>From the lowest to the highest round, in percent of the median.</summary>
    public double Spread { get; init; } = double.NaN;

    /// <summary>Times better than the best peer of the same contest, median over pairs of rounds; above 1 is ahead.</summary>
    public double? Ratio { get; init; }

    /// <summary>Whether the ratio is more than noise.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>The same for processor time per item.</summary>
    public Verdict CpuVerdict { get; init; }

    public required IReadOnlyList<(Headline Headline, double Median)> Details { get; init; }

    /// <summary>Why there are no figures, or where they are from.</summary>
    public string? Note { get; init; }

    /// <summary>Whether the contestant took part and failed.</summary>
    public bool Failed => Note?.StartsWith(Failure, StringComparison.Ordinal) == true;

    /// <summary>What the line was to show, and whether it did.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];
}
