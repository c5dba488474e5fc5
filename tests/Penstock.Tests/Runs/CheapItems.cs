using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Several workers on items so cheap that fewer are enough: the others sleep, and are there when they are needed.</summary>
public class CheapItems
{
    private const int Cheap = 200_000;
    private const int Count = Cheap + 4;

    private static readonly StageOptions Roomy = new() { MaxInFlight = 64 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Workers_that_took_turns_on_cheap_items_still_share_the_expensive_ones(bool ordered) => Within.Time(() =>
    {
        using var others = new CountdownEvent(3);
        var outputs = Pipeline.From(Enumerable.Range(0, Count), Roomy).Select(item => NeedOthers(item, others), Roomy with { Workers = 4, Ordered = ordered }).AsEnumerable();
        Assert.Equal(Enumerable.Range(0, Count), ordered ? outputs : outputs.Order());
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task An_expensive_item_among_cheap_ones_does_not_hold_up_those_that_come_much_later(bool ordered) => Within.Time(() =>
    {
        using var isTaken = new Gate();
        using var others = new CountdownEvent(3);
        var outputs = Pipeline.From(Produce, Roomy).Select(item => NeedOthers(item, others, isTaken), Roomy with { Workers = 4, Ordered = ordered }).AsEnumerable();
        Assert.Equal(Enumerable.Range(0, Count), ordered ? outputs : outputs.Order());

        IEnumerable<int> Produce()
        {
            for (var i = 0; i < Count; i++)
            {
                if (i == Cheap + 1)
                {
                    isTaken.Arrived.Wait();
                    Thread.Sleep(50); // a slow source: nothing waits to be taken for a while
                }

                yield return i;
            }
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Those_that_go_on_after_they_were_blocked_do_not_hold_up_others(bool ordered) => Within.Time(() =>
    {
        // As many as take cheap items are blocked for a while, and then wait for two more.
        var several = Environment.ProcessorCount;
        var options = new StageOptions { Workers = several + 2, Ordered = ordered, MaxInFlight = several + 2 };
        using var others = new CountdownEvent(2);
        var outputs = new List<int>();
        foreach (var output in Pipeline.From(Enumerable.Range(0, Cheap + several + 2), Roomy).Then(Expand, options).AsEnumerable())
        {
            if (output >= Cheap && outputs[^1] < Cheap)
                Thread.Sleep(50); // a slow consumer: the link is full for a while
            outputs.Add(output);
        }

        Assert.Equal(Enumerable.Range(0, Cheap + several + 2), outputs.Distinct().Order());

        IEnumerable<int> Expand(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                var isLong = item >= Cheap && item < Cheap + several;
                if (item >= Cheap + several)
                    others.Signal();
                for (var i = 0; i < (isLong ? 30 : 1); i++)
                    yield return item;
                if (isLong)
                    others.Wait();
            }
        }
    });

    [Fact]
    public Task A_worker_that_sleeps_with_an_output_keeps_its_slot() => Within.Time(() =>
    {
        const int room = 4;
        var alive = new Gauge();
        using var late = new ManualResetEventSlim();
        var headers = 0;
        PipelineRun? run = null;
        foreach (var output in Pipeline.From(Enumerable.Range(0, Count), Roomy).Then(HeadLate, new() { Workers = room, MaxInFlight = room }).AsEnumerable(new() { OnStarted = r => run = r }))
        {
            if (output == Cheap / 2)
            {
                late.Set();
                UntilAllWait();
            }

            alive.Leave();
        }

        Assert.InRange(alive.Most, 1, room);

        void UntilAllWait() => run!.Until(s => s.Stages[1].Workers.All(w => !w.Activity.StartsWith("in user code", StringComparison.Ordinal))).Wait();

        IEnumerable<int> HeadLate(IEnumerable<int> items)
        {
            if (Interlocked.Increment(ref headers) == room)
                late.Wait();
            alive.Enter();
            yield return -1;
            foreach (var item in items)
            {
                alive.Enter();
                yield return item;
            }
        }
    });

    [Fact]
    public Task Are_told_in_the_verdict() => Within.Time(() =>
    {
        PipelineRun? run = null;
        var options = new RunOptions { OnStarted = r => run = r };
        Pipeline.From(Enumerable.Range(0, 20 * Cheap), Roomy).Then(items => items.Select(i => i), Roomy with { Name = "cheap", Workers = 8 }).To(Items.Drop).Run(options);

        var snapshot = run!.Snapshot();
        Assert.Matches("cheap used [1-7] of its 8 workers", snapshot.Verdict);
        Assert.All(snapshot.Stages.Single(s => s.Name == "cheap").Workers, w => Assert.True(w.Busy + w.Starved + w.Blocked <= snapshot.Elapsed));
    });

    [Fact]
    public Task Are_known_soon_by_many_workers_that_each_have_had_a_few() => Within.Time(() =>
    {
        const int workers = 64;
        using var start = new Barrier(workers);
        PipelineRun? run = null;
        var options = new RunOptions { OnStarted = r => run = r };
        Pipeline.From(Enumerable.Range(0, 30 * workers), Roomy).Then(StartTogether, new() { Name = "cheap", Workers = workers }).To(Items.Drop).Run(options);

        Assert.Contains(run!.Run.Stages.Single(s => s.Name == "cheap").Workers, w => w.Times.Spare > TimeSpan.Zero);

        IEnumerable<int> StartTogether(IEnumerable<int> items)
        {
            start.SignalAndWait();
            foreach (var item in items)
            {
                Thread.SpinWait(50);
                yield return item;
            }
        }
    });

    // The first item behind the cheap ones needs its successors to be done by others.
    private static int NeedOthers(int item, CountdownEvent others, Gate? isTaken = null)
    {
        if (item == Cheap)
        {
            isTaken?.Open();
            isTaken?.Pass();
            others.Wait();
        }
        else if (item > Cheap)
        {
            others.Signal();
        }

        return item;
    }
}
