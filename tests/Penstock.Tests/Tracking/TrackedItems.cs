using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Tracking;

/// <summary>An item is over when nothing descends from it any more: not before, and then at once. What fails on it fails it alone.</summary>
public class TrackedItems
{
    private static readonly RunOptions Quiet = new() { DeadLetter = _ => { } };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(7, 3)]
    [InlineData(50, 8)]
    public Task Each_is_settled_once_behind_all_that_it_became(int maxInFlight, int workers) => Within.Time(async () =>
    {
        var office = new Office(maxInFlight, Enumerable.Range(0, 300)).Closed();
        await office.Work(items => items
            .Then(Steps.Twice, new() { Workers = workers })
            .Select(n => n + 1, new() { Workers = workers })
            .Then(Steps.Twice)).RunAsync(Quiet);
        Assert.Equal(Enumerable.Range(0, 300), office.Done);
        Assert.All(office.Delivered, d => Assert.Equal(4, d.Value.Count));
        Assert.Equal(300, office.Delivered.Count);
    });

    [Fact]
    public Task What_was_filtered_out_is_done() => Within.Time(async () =>
    {
        var office = new Office(2, Enumerable.Range(0, 100)).Closed();
        await office.Work(items => items.Where(n => n % 10 == 0).Then(Steps.Pass)).RunAsync(Quiet);
        Assert.Equal(Enumerable.Range(0, 100), office.Done);
        Assert.Equal(10, office.Delivered.Count);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public Task What_a_stage_throws_fails_its_item_alone(int workers) => Within.Time(async () =>
    {
        var office = new Office(5, Enumerable.Range(0, 60)).Closed();
        await office.Work(items => items.Then(FailOnSevens, new() { Workers = workers })).RunAsync(Quiet);
        Assert.Equal(Enumerable.Range(0, 60).Where(n => n % 7 == 0), office.Failed);
        Assert.Equal(Enumerable.Range(0, 60).Where(n => n % 7 != 0), office.Done);
        Assert.Equal("seven divides 14", office.Settled[14]!.Message);
    });

    [Fact]
    public Task What_an_operator_throws_fails_its_item_alone_wherever_it_was_appended() => Within.Time(async () =>
    {
        var office = new Office(9, Enumerable.Range(0, 60)).Closed();
        await office.Work(items => items
            .Select(n => n == 5 ? throw new FormatException("behind the source") : n)
            .Batch(4).SelectMany(b => b[0] == 6 ? throw new FormatException("behind a batch") : b)
            .ScatterGather(n => Enumerable.Repeat(n, 2), parts => parts.Select(p => p == 7 ? throw new FormatException("behind the scattering") : p), (n, _) => n)
            .Select(n => n == 8 ? throw new FormatException("behind the gathering") : n)).RunAsync(Quiet);
        Assert.Equal([5, 6, 7, 8], office.Failed);
        Assert.Equal(["behind the source", "behind a batch", "behind the scattering", "behind the gathering"], office.Failed.Select(n => office.Settled[n]!.Message));
        Assert.Equal(56, office.Done.Count());
    });

    [Fact]
    public Task What_the_sink_throws_fails_its_item_alone() => Within.Time(async () =>
    {
        var office = new Office(3, Enumerable.Range(0, 20))
        {
            OnDelivery = (n, _) => n == 11 ? throw new IOException("the disk is full") : default,
            Delivery = new() { Workers = 3 },
        }.Closed();
        await office.Work(items => items.Then(Steps.Pass)).RunAsync(Quiet);
        Assert.Equal([11], office.Failed);
        Assert.IsType<IOException>(office.Settled[11]);
    });

    [Fact]
    public Task None_waits_for_a_slow_one_while_a_worker_is_idle() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var office = new Office(4, Enumerable.Range(0, 20)) { Delivery = new() { Workers = 2 } }.Closed();
        var run = office.Work(items => items.Select(n => Waiting(n), new() { Workers = 2 }).Then(Steps.Pass)).RunAsync(Quiet);
        await gate.Arrived;
        await office.UntilSoManyAreSettled(19);
        Assert.Equal(Enumerable.Range(1, 19), office.Done);
        gate.Open();
        await run;
        Assert.Equal(Enumerable.Range(0, 20), office.Done);

        int Waiting(int n)
        {
            if (n == 0)
                gate.Pass();
            return n;
        }
    });

    [Fact]
    public Task A_small_item_is_gathered_while_a_large_one_before_it_is_open() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var office = new Office(4, Enumerable.Range(0, 10)).Closed();
        var run = office.Work(items => items.ScatterGather(
            n => Enumerable.Repeat(n, n == 0 ? 2 : 1),
            parts => parts.Select(p => Waiting(p), new() { Workers = 3, Ordered = false }),
            (n, parts) => parts.Count,
            maxOpen: 4)).RunAsync(Quiet);
        await office.UntilSoManyAreSettled(9);
        Assert.Equal(Enumerable.Range(1, 9), office.Done);
        gate.Open();
        await run;
        Assert.Equal(2, Assert.Single(office.Delivered[0]));

        int Waiting(int n)
        {
            if (n == 0)
                gate.Pass();
            return n;
        }
    });

    [Fact]
    public Task No_part_waits_for_a_slow_one_of_another_item_though_its_stage_is_ordered() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var office = new Office(4, Enumerable.Range(0, 10)).Closed();
        var run = office.Work(items => items.ScatterGather(n => (int[])[n], parts => parts.Select(p => Waiting(p), new() { Workers = 2 }), (n, _) => n, maxOpen: 4)).RunAsync(Quiet);
        await gate.Arrived;
        await office.UntilSoManyAreSettled(9);
        Assert.Equal(Enumerable.Range(1, 9), office.Done);
        gate.Open();
        await run;

        int Waiting(int n)
        {
            if (n == 0)
                gate.Pass();
            return n;
        }
    });

    [Fact]
    public Task A_scattering_that_fails_on_the_very_first_items_fails_those_alone() => Within.Time(async () =>
    {
        for (var round = 0; round < 50; round++)
        {
            var office = new Office(4, [0, 1, 2]).Closed();
            await office.Work(items => items.ScatterGather(
                n => n < 2 ? throw new FormatException("scatter") : new[] { n },
                parts => parts.Select(p => p),
                (n, _) => n)).RunAsync(Quiet);
            Assert.Equal([0, 1], office.Failed);
            Assert.Equal([2], office.Done);
        }
    });

    [Fact]
    public Task A_failed_part_a_failed_scattering_and_a_failed_gathering_fail_their_item_alone() => Within.Time(async () =>
    {
        var office = new Office(6, Enumerable.Range(0, 50)).Closed();
        await office.Work(items => items.ScatterGather(
            Scatter,
            parts => parts.Select(p => p == 203 ? throw new FormatException("part") : p, new() { Workers = 2 }),
            (n, parts) => n == 30 ? throw new FormatException("gather") : parts.Count,
            maxOpen: 3)).RunAsync(Quiet);
        Assert.Equal([10, 20, 30], office.Failed);
        Assert.Equal(["scatter", "part", "gather"], office.Failed.Select(n => office.Settled[n]!.Message));
        Assert.Equal(47, office.Done.Count());
        Assert.All(office.Delivered, d => Assert.Equal(5, Assert.Single(d.Value)));

        static IEnumerable<int> Scatter(int n)
        {
            for (var i = 0; i < 5; i++)
            {
                if (n == 10 && i == 3)
                    throw new FormatException("scatter");
                yield return (n * 10) + i;
            }
        }
    });

    [Fact]
    public Task A_batch_never_waits_for_items_that_may_not_come_before_it_is_done() => Within.Time(async () =>
    {
        var office = new Office(1, Enumerable.Range(0, 10)).Closed();
        await office.Work(items => items.Then(Steps.Twice).Batch(8)).RunAsync(Quiet);
        Assert.Equal(Enumerable.Range(0, 10), office.Done);
        Assert.All(office.Delivered, d => Assert.Equal(2, d.Value.Sum(b => ((int[])b!).Length)));
    });

    [Fact]
    public Task A_stage_that_ends_early_fails_the_run_and_what_it_leaves_is_not_done() => Within.Time(async () =>
    {
        var office = new Office(5, Enumerable.Range(0, 100)).Closed();
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => office.Work(items => items.Then(xs => xs.Take(10), new() { Name = "First" })).RunAsync(Quiet));
        Assert.Contains("'First' ended before its input", thrown.Message, StringComparison.Ordinal);
        Assert.True(office.Done.Count() <= 10);
        Assert.All(office.Done, n => Assert.True(n < 10));
    });

    [Fact]
    public Task An_item_that_gets_a_thread_stuck_is_told_before_the_run_fails() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var (clock, limit) = (new TestClock(), TimeSpan.FromSeconds(8));
        var office = new Office(3, Enumerable.Range(0, 3));
        var run = office
            .Work(items => items.Select(n => Waiting(n), new() { ItemTimeout = limit }))
            .RunAsync(Quiet with { StopTimeout = TimeSpan.Zero, TimeProvider = clock });
        await gate.Arrived;
        clock.AdvanceBy(limit / 4, 8);
        await Assert.ThrowsAsync<WorkerStuckException>(() => run);
        Assert.IsType<WorkerStuckException>(Assert.Single(office.Failures).Value);
        Assert.Equal(1, office.Failures.Single().Key);
        Assert.DoesNotContain(1, office.Settled);

        int Waiting(int n)
        {
            if (n == 1)
                gate.Pass();
            return n;
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task An_item_in_user_code_when_nothing_moves_is_told_before_the_run_fails_and_what_waits_is_not(bool inSink) => Within.Time(async () =>
    {
        using var gate = new Gate();
        var (clock, limit) = (new TestClock(), TimeSpan.FromSeconds(8));
        var office = new Office(3, Enumerable.Range(0, 3)) { OnDelivery = async (n, _) => await WaitAsync(n, inSink) };
        var run = office
            .Work(items => items.Select(async n => await WaitAsync(n, !inSink)))
            .Start(Quiet with { StopTimeout = TimeSpan.Zero, IdleTimeout = limit, TimeProvider = clock });
        await gate.Arrived;
        await office.UntilSettled(0);
        clock.AdvanceBy(limit / 4, 8);
        await Assert.ThrowsAsync<TimeoutException>(() => run.Completion);
        var (item, why) = Assert.Single(office.Failures);
        Assert.Equal(1, item);
        Assert.IsType<TimeoutException>(why);
        Assert.DoesNotContain(1, office.Settled);

        async ValueTask<int> WaitAsync(int n, bool here)
        {
            if (n == 1 && here)
                await gate.PassAsync();
            return n;
        }
    });

    [Fact]
    public Task A_drain_finishes_what_is_open_and_pulls_no_more() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var office = new Office(3, Enumerable.Range(0, 100)) { OnDelivery = async (_, _) => await gate.PassAsync() };
        var run = office.Work(items => items.Then(Steps.Pass)).Start(Quiet);
        await gate.Arrived;
        var drained = run.DrainAsync();
        gate.Open();
        await drained;
        Assert.InRange(office.Done.Count(), 1, 3);
        Assert.Equal(Enumerable.Range(0, office.Done.Count()), office.Done);
        Assert.Equal(office.Done, office.Delivered.Keys.Order());
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Nothing_that_an_abort_drops_counts_as_done(bool inProcess) => Within.Time(async () =>
    {
        for (var round = 0; round < (inProcess ? 10 : 200); round++)
        {
            var office = new Office(1 + (round % 9), Enumerable.Range(0, 100_000));
            var run = office.Work(items => items
                .Then(Steps.Twice, new() { Workers = 2 })
                .Then(Steps.Pass, new() { Isolation = inProcess ? Isolation.Process : Isolation.Thread })).Start(Quiet);
            await office.UntilSettled(round);
            run.Abort();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
            Assert.Empty(office.Failed);
            Assert.All(office.Done, n => Assert.Equal(2, office.Delivered.GetValueOrDefault(n)?.Count));
        }
    }, TimeSpan.FromMinutes(5));

    internal static IEnumerable<int> FailOnSevens(IEnumerable<int> items)
    {
        foreach (var n in items)
            yield return n % 7 == 0 ? throw new FormatException($"seven divides {n}") : n;
    }
}
