using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>
/// Generate → add one → consume with items of some kind, through processes or threads. A kind gives the three steps; the number of each
/// item is somewhere in it.
/// </summary>
internal static class Crossing
{
    /// <summary>Source and middle in processes, the sink in ours.</summary>
    public static Contestant Processes<T>(
        int inFlight,
        int size,
        Func<(int Count, int Size), IEnumerable<T>> generate,
        Func<IEnumerable<T>, IEnumerable<T>> addOne,
        Func<IEnumerable<T>, Tally> consume) =>
        Of("Penstock, processes", Isolation.Process, inFlight, size, generate, addOne, consume);

    /// <summary>The same on threads: what crossing costs is the difference.</summary>
    public static Contestant Threads<T>(
        int inFlight,
        int size,
        Func<(int Count, int Size), IEnumerable<T>> generate,
        Func<IEnumerable<T>, IEnumerable<T>> addOne,
        Func<IEnumerable<T>, Tally> consume) =>
        Of("Penstock, threads", Isolation.Thread, inFlight, size, generate, addOne, consume);

    private static Contestant Of<T>(
        string name,
        Isolation isolation,
        int inFlight,
        int size,
        Func<(int Count, int Size), IEnumerable<T>> generate,
        Func<IEnumerable<T>, IEnumerable<T>> addOne,
        Func<IEnumerable<T>, Tally> consume)
    {
        var options = new StageOptions { MaxInFlight = inFlight };
        return Contestant.Penstock(name, count => Pipeline
            .From(generate, (count, size), options)
            .Then(addOne, options)
            .To(consume)
            .RunAsync(new RunOptions { Isolation = isolation }));
    }
}
