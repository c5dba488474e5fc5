namespace Penstock.Bench.Measuring;

/// <summary>One way to do the work of a contest.</summary>
/// <param name="Name">As in the tables.</param>
/// <param name="Role">What its figures stand for when ratios are taken.</param>
/// <param name="Ordered">Whether it promises the items in order, which is then checked.</param>
/// <param name="Run">Does the work for so many items and tells what its consumer saw.</param>
internal sealed record Contestant(string Name, Role Role, bool Ordered, Func<int, Task<Tally>> Run)
{
    /// <summary>What it is to show in this contest, if anything.</summary>
    public Claim? Claim { get; init; }
}

internal enum Role
{
    /// <summary>This library.</summary>
    Penstock,

    /// <summary>What somebody would use instead; the best of them is what ratios refer to.</summary>
    Peer,

    /// <summary>
    /// Does the same work without any parallelism: no alternative, but the floor. Ratios refer to it where no peer takes part.
    /// </summary>
    Reference,
}
