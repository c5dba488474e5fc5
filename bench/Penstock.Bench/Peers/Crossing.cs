using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>
/// Generate → add one → consume with items of some kind, through processes or threads. A kind gives the three steps; the number of each
/// item is somewhere in it.
/// </summary>
internal static class Crossing
{
    public delegate IEnumerable<T> Generate<T>((int Count, int Size) argument);

    /// <summary>Source and middle in processes, the sink in ours.</summary>
    public static Contestant Processes<T>(string name, int inFlight, int size, Generate<T> generate, Func<IEnumerable<T>, IEnumerable<T>> addOne, Func<IEnumerable<T>, Tally> consume) =>
        Contestant.Penstock(name, count => RunAsync(Isolation.Process, inFlight, (count, size), generate, addOne, consume));

    /// <summary>The same on threads: what crossing costs is the difference.</summary>
    public static Contestant Threads<T>(string name, int inFlight, int size, Generate<T> generate, Func<IEnumerable<T>, IEnumerable<T>> addOne, Func<IEnumerable<T>, Tally> consume) =>
        Contestant.Penstock(name, count => RunAsync(Isolation.Thread, inFlight, (count, size), generate, addOne, consume));

    private static Task<Tally> RunAsync<T>(
        Isolation isolation,
        int inFlight,
        (int Count, int Size) argument,
        Generate<T> generate,
        Func<IEnumerable<T>, IEnumerable<T>> addOne,
        Func<IEnumerable<T>, Tally> consume) => Pipeline
            .From(generate.Invoke, argument, new StageOptions { MaxInFlight = inFlight })
            .Then(addOne, new StageOptions { MaxInFlight = inFlight })
            .To(consume)
            .RunAsync(new RunOptions { Isolation = isolation });
}
