using System.Diagnostics;
using System.Globalization;
using Penstock.Bench.Suites;

namespace Penstock.Bench.Measuring;

/// <summary>The other side of <see cref="ContestantProcess"/>: reads numbers of items, does the work, answers.</summary>
internal static class ContestantMain
{
    public const string Verb = "--contestant";

    public const string WarmUpPrefix = "warm up ";

    public static async Task RunAsync(string suite, string contest, string name)
    {
        var contestant = Suite.Find(suite)!.Contests.First(each => string.Equals(each.Name, contest, StringComparison.Ordinal))
            .Contestants.First(each => string.Equals(each.Name, name, StringComparison.Ordinal));

        while (Console.In.ReadLine() is { } line)
        {
            var warmUp = line.StartsWith(WarmUpPrefix, StringComparison.Ordinal);
            var items = int.Parse(warmUp ? line[WarmUpPrefix.Length..] : line, CultureInfo.InvariantCulture);
            Reply reply;
            try
            {
                reply = await MeasureAsync(warmUp ? contestant.WarmUp! : contestant.Run!, items);
            }
            catch (Exception e)
            {
                // One line for the table; who has to find the cause needs more.
                Console.Error.WriteLine(e);
                reply = new Reply { Error = $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}" };
            }

            Console.Out.WriteLine(reply);
        }
    }

    private static async Task<Reply> MeasureAsync(Func<int, Task<Tally>> run, int items)
    {
        // The garbage of the round before is not this one's to collect.
        GC.Collect();
        GC.WaitForPendingFinalizers();

        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var processor = ProcessorTime.OfThisAndChildren;
        var start = Stopwatch.GetTimestamp();

        var tally = await Task.Run(() => run(items));

        var elapsed = Stopwatch.GetElapsedTime(start);
        return new Reply
        {
            Count = tally.Count,
            Sum = tally.Sum,
            InOrder = tally.InOrder,
            ElapsedNs = elapsed.TotalNanoseconds,
            CpuNs = (ProcessorTime.OfThisAndChildren - processor).TotalNanoseconds,
            Bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes,
            Figures = tally.Figures,
        };
    }
}
