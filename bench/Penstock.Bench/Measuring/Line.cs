namespace Penstock.Bench.Measuring;

/// <summary>One line of a table: a contestant in a contest. Medians over the rounds.</summary>
internal sealed record Line
{
    public required string Suite { get; init; }

    public required string Name { get; init; }

    public required string Peer { get; init; }

    /// <summary>Of the median.</summary>
    public required Headline Headline { get; init; }

    public required double Median { get; init; }

    /// <summary>From the lowest to the highest round, in percent of the median.</summary>
    public required double Spread { get; init; }

    /// <summary>Times better than the best peer of the same contest; above 1 is ahead.</summary>
    public required double? Ratio { get; init; }

    /// <summary>Processor time of the whole process, per item.</summary>
    public required double CpuNs { get; init; }

    /// <summary>Managed memory allocated, per item.</summary>
    public required double Bytes { get; init; }

    /// <summary>What the line is to show, if anything.</summary>
    public required Claim? Claim { get; init; }
}
