using System.Diagnostics;
using System.Globalization;
using Penstock.Tests.Support;
using Penstock.Workers;
using Xunit.Abstractions;

namespace Penstock.Tests.Isolated;

/// <summary>Somebody kills worker processes at moments that nobody has chosen. PENSTOCK_SEED plays the same pauses and victims again.</summary>
public class Killings(ITestOutputHelper output)
{
    private const int Items = 800;
    private const int Kills = 8;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Workers_killed_at_random_lose_and_double_nothing(bool ordered) => Within.Time(async () =>
    {
        var options = Beside.Processes(3) with { Ordered = ordered, Faults = FaultPolicy.Retry(1000), MaxInFlightBytes = 12 };
        using var gate = new Gate();
        var run = Pipeline.From(CountUp, (Items, gate)).Then(Ponder, options).Then(Ponder, options with { Workers = 2 }).To(xs => xs.ToList()).Start();
        var result = await KillSome(run, Items, gate);
        Assert.Equal(Enumerable.Range(0, Items), ordered ? result : result.Order());
    }, limit: TimeSpan.FromMinutes(3));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task They_lose_no_part_of_a_scattered_item(bool ordered) => Within.Time(async () =>
    {
        var options = Beside.Processes(3) with { Ordered = ordered, Faults = FaultPolicy.Retry(1000) };
        using var gate = new Gate();
        var run = Pipeline.From(CountUp, (Items / 4, gate))
            .ScatterGather(n => Enumerable.Range(4 * n, 4), parts => parts.Then(Ponder, options).Then(Ponder, options with { Workers = 2 }), (_, done) => done, maxOpen: 4)
            .To(items => items.Select(done => string.Join(',', done)).ToList()).Start();
        Assert.Equal(Enumerable.Range(0, Items).Chunk(4).Select(parts => string.Join(',', parts)), await KillSome(run, Items / 4, gate));
    }, limit: TimeSpan.FromMinutes(3));

    // The last item comes when all killing is done: who dies behind the end of its input, in what may be a last block, fails the run for good reason.
    private static IEnumerable<int> CountUp((int Count, Gate Gate) last)
    {
        for (var i = 0; i < last.Count - 1; i++)
            yield return i;
        last.Gate.Pass();
        yield return last.Count - 1;
    }

    private async Task<List<T>> KillSome<T>(PipelineRun<List<T>> run, int items, Gate gate)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PENSTOCK_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : (int)(TimeProvider.System.GetTimestamp() & 0xFFFFFF);
        output.WriteLine($"PENSTOCK_SEED={seed}");
        var killed = 0;
        var itemsAtDeath = new Dictionary<ProcessWorker, long>();
        var random = new Random(seed);
        while (killed < Kills && !run.Completion.IsCompleted)
        {
            // Each time another handful of items later, wherever the workers are then.
            var later = ItemsOut() + random.Next(1, items / Kills / 2);
            if (later >= items)
                break;
            await Task.WhenAny(run.Until(_ => ItemsOut() >= later), run.Completion);
            // Only who has done something since the last time: one that dies again and again before its first item is given up for good reason.
            var victims = run.Run.Stages.SelectMany(s => s.Workers).OfType<ProcessWorker>()
                .Where(w => w.Times.State is not WorkerState.NotStarted && w.ItemsIn > itemsAtDeath.GetValueOrDefault(w, -1)).ToList();
            if (victims.Count == 0)
                continue;
            var victim = victims[random.Next(victims.Count)];
            itemsAtDeath[victim] = victim.ItemsIn;
            if (TryKill(victim.ProcessId))
                killed++;
        }

        gate.Open();
        var result = await run.Completion;
        output.WriteLine($"{killed} killed");
        Assert.NotEqual(0, killed); // else this has shown nothing
        return result;

        long ItemsOut() => run.Snapshot().Stages[^2].ItemsOut;
    }

    private static IEnumerable<int> Ponder(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            Thread.Sleep(2); // work
            yield return item;
        }
    }

    private static bool TryKill(int? id)
    {
        try
        {
            Process.GetProcessById(id ?? 0).Kill();
            return id is not null;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
