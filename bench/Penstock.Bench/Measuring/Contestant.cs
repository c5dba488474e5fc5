namespace Penstock.Bench.Measuring;

/// <summary>One way to do the work of a contest. It runs in a process of its own, see <see cref="ContestantProcess"/>.</summary>
/// <param name="Name">As in the tables; unique in its contest.</param>
/// <param name="Role">What its figures stand for when ratios are taken.</param>
/// <param name="Ordered">Whether it promises the items in order, which is then checked.</param>
internal sealed record Contestant(string Name, Role Role, bool Ordered)
{
    /// <summary>Does the work for so many items and tells what its consumer saw. Either this, or <see cref="Program"/>.</summary>
    public Func<int, Task<Tally>>? Run { get; init; }

    /// <summary>A program in another language that does the work.</summary>
    public PeerProgram? Program { get; init; }

    /// <summary>Whether it runs in this program as published with ReadyToRun, so that little is left to be compiled at its start.</summary>
    public bool IsPrecompiled { get; init; }

    /// <summary>Run beforehand, not measured: a slow contest never runs its code often enough to get it optimised.</summary>
    public Func<int, Task<Tally>>? WarmUp { get; init; }

    /// <summary>The number of items of every round. Default: as many as fill the time of a round.</summary>
    public int? Items { get; init; }

    /// <summary>What it is to show in this contest, if anything.</summary>
    public IReadOnlyList<Claim> Claims { get; init; } = [];

    public static Contestant Penstock(string name, Func<int, Task<Tally>> run, bool ordered = true) =>
        new(name, Role.Penstock, ordered) { Run = run };

    public static Contestant Peer(string name, Func<int, Task<Tally>> run, bool ordered = true) =>
        new(name, Role.Peer, ordered) { Run = run };

    public static Contestant Peer(string name, PeerProgram program, bool ordered = true) =>
        new(name, Role.Peer, ordered) { Program = program };

    public static Contestant Reference(string name, Func<int, Task<Tally>> run) =>
        new(name, Role.Reference, Ordered: true) { Run = run };

    public static Contestant Limit(string name, Func<int, Task<Tally>> run) =>
        new(name, Role.Limit, Ordered: true) { Run = run };
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

    /// <summary>What the machine can do at best; ratios never refer to it.</summary>
    Limit,
}
