namespace Penstock.Bench.Measuring;

/// <summary>The same work done by several contestants, in alternating rounds.</summary>
internal sealed record Contest(string Name, IReadOnlyList<Contestant> Contestants)
{
    /// <summary>The figure the contest is about.</summary>
    public Headline Headline { get; init; } = Headline.ItemsPerSecond;

    /// <summary>Told besides.</summary>
    public IReadOnlyList<Headline> Details { get; init; } = [Headline.CpuPerItem, Headline.BytesPerItem];

    /// <summary>Measure the difference of a long and a short run: what it costs to start and end one cancels out.</summary>
    public bool Steady { get; init; }

    /// <summary>Default: those of the pace.</summary>
    public Func<Pace, TimeSpan> RoundTime { get; init; } = pace => pace.RoundTime;

    /// <summary>The number of items of every round. Default: as many as fill the time of a round.</summary>
    public Func<Pace, int>? Items { get; init; }

    /// <summary>No more rounds than this: for contests that take long. In a hurry there is one then.</summary>
    public int MostRounds { get; init; } = int.MaxValue;

    /// <summary>So many processes compute all the time meanwhile.</summary>
    public int BusyProcesses { get; init; }

    /// <summary>Left out when in a hurry.</summary>
    public bool FullOnly { get; init; }

    /// <summary>What others have said of the same work on another machine: told, not compared.</summary>
    public IReadOnlyList<Published> Published { get; init; } = [];

    public int Rounds(Pace pace) => pace.InAHurry && MostRounds < int.MaxValue ? 1 : Math.Min(pace.Rounds, MostRounds);
}
