using System.Diagnostics;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>An item of these contests is a whole start.</summary>
internal static class Starting
{
    /// <summary>Makes this program an empty one: it ends as soon as it is in Main.</summary>
    public const string NothingToDo = "nothing-to-do";

    public static Contestant EmptyApplication() => Contestant.Reference("empty .NET application, start to exit", async count =>
    {
        var tally = new Tally();
        for (var i = 1; i <= count; i++)
        {
            using var process = Process.Start(ContestantProcess.Self(NothingToDo))!;
            await process.WaitForExitAsync();
            tally.Add(process.ExitCode == 0 ? i : 0);
        }

        return tally;
    });

    /// <summary>The time includes the end of the run, which an enumeration waits for.</summary>
    public static Contestant FirstResult(string name, Isolation isolation) => Contestant.Penstock(name, count =>
    {
        var tally = new Tally();
        for (var i = 0; i < count; i++)
        {
            var results = Pipeline.From([i]).Then(AddOne, new StageOptions { Isolation = isolation }).AsEnumerable();
            tally.Add(results.First());
        }

        return Task.FromResult(tally);
    });

    /// <summary>What a run costs that has nothing to do.</summary>
    public static Contestant EmptyRun() => Contestant.Penstock("Penstock, empty run on threads", async count =>
    {
        var tally = new Tally();
        for (var i = 1; i <= count; i++)
        {
            var sum = await Pipeline.From(Array.Empty<int>()).Then(AddOne).To(items => items.Sum()).RunAsync();
            tally.Add(i + sum);
        }

        return tally;
    });

    private static IEnumerable<int> AddOne(IEnumerable<int> items) => Steps.AddOne(items, uneven: false);
}
