using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>The three steps for one kind of items: generate so many of some size → add one to the number that is somewhere in each → consume.</summary>
internal sealed record Crossing<T>(
    Func<(int Count, int Size), IEnumerable<T>> Generate,
    Func<IEnumerable<T>, IEnumerable<T>> AddOne,
    Func<IEnumerable<T>, Tally> Consume)
{
    /// <summary>Source and middle in processes, the sink in ours.</summary>
    public Contestant Processes(int inFlight, int size) => Of("Penstock, processes", Isolation.Process, inFlight, size);

    /// <summary>The same on threads: what crossing costs is the difference.</summary>
    public Contestant Threads(int inFlight, int size) => Of("Penstock, threads", Isolation.Thread, inFlight, size) with { Role = Role.Limit };

    private Contestant Of(string name, Isolation isolation, int inFlight, int size)
    {
        var options = new StageOptions { MaxInFlight = inFlight };
        return Contestant.Penstock(name, count => Pipeline
            .From(Generate, (count, size), options)
            .Then(AddOne, options)
            .To(Consume)
            .RunAsync(new RunOptions { Isolation = isolation }));
    }
}
