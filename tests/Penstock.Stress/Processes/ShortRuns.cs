using System.Globalization;

namespace Penstock.Stress.Processes;

/// <summary>
/// Many short runs in processes one after the other, every second one in a way that goes wrong. What they leave behind is compared with what
/// the first few left, since some things are made once and kept.
/// </summary>
internal static class ShortRuns
{
    private const int First = 12;
    private const int Stretch = 250; // after which it looks, and says what it sees

    private static readonly Fate[] Fates = Enum.GetValues<Fate>();

    public static void Run(int runs, int seed, Action<string> say)
    {
        say($"seed {seed}, {runs} runs in processes");
        var folder = Directory.CreateTempSubdirectory("penstock-stress-");
        try
        {
            var dice = new Dice(seed);
            Play(First, dice, folder.FullName);
            var before = Traces.Take(folder.FullName);
            say($"  before: {before}");
            for (var done = 0; done < runs;)
            {
                var next = Math.Min(Stretch, runs - done);
                var (workers, fates) = Play(next, dice, folder.FullName);
                done += next;
                var after = Traces.Take(folder.FullName);
                say(string.Create(CultureInfo.InvariantCulture, $"  {done} runs: {after}"));
                say(string.Create(CultureInfo.InvariantCulture, $"    the last {next} had {workers} workers; {string.Join(", ", fates.OrderBy(f => f.Key).Select(f => $"{f.Key} {f.Value}"))}"));
                after.MustBeNoMoreThan(before);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (int Workers, Dictionary<Fate, int> Fates) Play(int runs, Dice dice, string folder)
    {
        var (workers, fates) = (0, new Dictionary<Fate, int>());
        for (var i = 0; i < runs; i++)
        {
            var fate = i % 2 == 0 ? Fate.Good : Fates[i / 2 % Fates.Length];
            fates[fate] = fates.GetValueOrDefault(fate) + 1;
            workers += Play(fate, dice, folder);
        }

        return (workers, fates);
    }

    private static int Play(Fate fate, Dice dice, string folder)
    {
        var several = dice.OneIn(4) ? 2 : 1;
        var size = dice.OneIn(10) ? 3 << 20 : dice.Of(10, 100, 10_000);
        var place = new StageOptions
        {
            Isolation = Isolation.Process,

            // Where the runtime of each process leaves files while it lives.
            WorkerEnvironment = _ => new Dictionary<string, string>(StringComparer.Ordinal) { ["TMPDIR"] = folder },
        };
        var isWhole = dice.OneIn(3); // the source, too
        var pipeline = Pipeline.From(Omen.Produce, size, isWhole ? place : new StageOptions()).Then(Omen.Pass, new Omen(fate), place with
        {
            Workers = several,
            Faults = fate is Fate.KillAndRetry ? FaultPolicy.Retry(2) : fate is Fate.KillAndGiveUp ? FaultPolicy.Skip : FaultPolicy.Stop,
            ItemTimeout = fate is Fate.Hang ? TimeSpan.FromMilliseconds(300) : null,
        });
        var exception = Meet(fate, pipeline, out var count);
        var (type, expected) = fate switch
        {
            Fate.Good or Fate.KillAndRetry => (null, Omen.Count),
            Fate.KillAndGiveUp => (null, Omen.Count - 1),
            Fate.EarlyStop or Fate.LeftLoop => (null, 2),
            Fate.Abort => (typeof(OperationCanceledException), 0),
            Fate.Exception => (typeof(InvalidDataException), 0),
            Fate.Hang => (typeof(WorkerStuckException), 0),
            _ => (typeof(WorkerCrashedException), 0),
        };
        if (exception?.GetType() != type || (type is null && count != expected))
            throw new StressException($"{fate}: {count} items and {exception?.ToString() ?? "no exception"}");
        return several + (isWhole ? 1 : 0);
    }

    private static Exception? Meet(Fate fate, Pipeline<byte[]> pipeline, out int count)
    {
        var received = 0;
        try
        {
            PipelineRun? run = null;
            var options = new RunOptions { OnStarted = r => run = r, DeadLetter = _ => { } };
            if (fate is Fate.LeftLoop)
                received = pipeline.AsEnumerable(options).Take(2).Count();
            else
                received = pipeline.To(items => fate is Fate.EarlyStop ? items.Take(2).Count() : Count(items, () => run!)).Run(options);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            count = received;
        }

        int Count(IEnumerable<byte[]> items, Func<PipelineRun> run)
        {
            var count = 0;
            foreach (var item in items)
            {
                count++;
                if (fate is Fate.Abort && item[0] == 3)
                    run().Abort();
            }

            return count;
        }
    }
}
