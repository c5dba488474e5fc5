using System.Diagnostics;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>An item of these contests is a whole start.</summary>
internal static class Starting
{
    /// <summary>Makes this program an empty one: it ends as soon as it is in Main.</summary>
    public const string NothingToDo = "nothing-to-do";

    /// <summary>The figure these contests are about.</summary>
    public const string Milliseconds = "ms";

    public static Contestant EmptyApplication() =>
        Contestant.Reference("empty .NET application, start to exit", count => RepeatAsync(count, async () =>
        {
            using var process = Process.Start(ContestantProcess.Self(NothingToDo))!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }));

    /// <summary>The end of the run is not counted.</summary>
    public static Contestant FirstResult(string name, Isolation isolation) => Contestant.Penstock(name, count =>
    {
        var results = Pipeline.From([0]).Then(Steps.AddOne, new StageOptions { Isolation = isolation }).AsEnumerable();
        IEnumerator<int>? run = null;
        return RepeatAsync(
            count,
            () => Task.FromResult((run = results.GetEnumerator()).MoveNext() && run.Current == 1),
            afterwards: () => run!.Dispose());
    });

    /// <summary>What a run costs that has nothing to do.</summary>
    public static Contestant EmptyRun()
    {
        var run = Pipeline.From(Array.Empty<int>()).Then(Steps.AddOne).To(items => items.Any());
        return Contestant.Penstock("Penstock, empty run on threads", count => RepeatAsync(count, async () => !await run.RunAsync()));
    }

    private static async Task<Tally> RepeatAsync(int count, Func<Task<bool>> start, Action? afterwards = null)
    {
        var tally = new Tally();
        var total = TimeSpan.Zero;
        for (var i = 1; i <= count; i++)
        {
            var before = Stopwatch.GetTimestamp();
            var good = await start();
            total += Stopwatch.GetElapsedTime(before);
            afterwards?.Invoke();
            tally.Add(good ? i : 0);
        }

        tally.Figures = new Dictionary<string, double>(StringComparer.Ordinal) { [Milliseconds] = total.TotalMilliseconds / count };
        return tally;
    }
}
