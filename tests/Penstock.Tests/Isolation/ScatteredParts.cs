using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>Parts of scattered items pass through processes: each finds its item again, whatever happens on the way.</summary>
public class ScatteredParts
{
    private readonly ConcurrentQueue<DeadLetter> letters = new();

    private RunOptions Options => new() { DeadLetter = letters.Enqueue };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(8, 2)]
    public Task Items_come_out_whole_and_in_order(int maxOpen, int workers) =>
        Gathered(100, parts => parts.Then(Steps.Twice, Beside.Processes(workers) with { Ordered = false }), maxOpen)
            .MustGive(Enumerable.Range(0, 100).Select(n => Joined(n, Parts(n).SelectMany(p => new[] { p, -p }))));

    [Fact]
    public Task A_whole_run_in_processes_gathers_the_same() =>
        Gathered(100, parts => parts.Then(Steps.Twice).Then(Steps.DropThirds, new() { Workers = 2 }), maxOpen: 3)
            .MustGive(
                Enumerable.Range(0, 100).Select(n => Joined(n, Parts(n).SelectMany(p => new[] { p, -p }).Where(p => p % 3 != 0))),
                new() { Isolation = Isolation.Process });

    [Fact]
    public Task Neighbours_in_processes_and_threads_between_them_pass_parts_on() =>
        Gathered(
            60,
            parts => parts
                .Then(Steps.Add, 1, Beside.Processes(2))
                .Then(Steps.Add, 1, Beside.Process)
                .Select(p => p, new() { Workers = 3, Ordered = false })
                .Then(Steps.Pass)
                .Then(Steps.Twice, Beside.Processes(2) with { Ordered = false }),
            maxOpen: 4)
            .MustGive(Enumerable.Range(0, 60).Select(n => Joined(n, Parts(n).SelectMany(p => new[] { p + 2, -p - 2 }))));

    [Fact]
    public Task Parts_that_are_filtered_out_still_complete_their_item()
    {
        // Most items have no part left, so nothing but a freed slot tells that they are complete.
        return Pipeline.From(Enumerable.Range(0, 100))
            .ScatterGather(n => Enumerable.Repeat(n % 7 == 0 ? 1 : 3, n % 4), parts => parts.Then(Steps.DropThirds, Beside.Process), (n, done) => (n, done.Count), maxOpen: 1)
            .MustGive(Enumerable.Range(0, 100).Select(n => (n, n % 7 == 0 ? n % 4 : 0)));
    }

    [Fact]
    public Task Operators_behind_a_stage_run_in_it_or_here()
    {
        var here = Environment.ProcessId;
        return Pipeline.From(Enumerable.Range(0, 30))
            .ScatterGather(
                Parts,
                parts => parts.Then(Steps.Pass, Beside.Process).Where(p => p % 2 == 0).Select(p => (p, Environment.ProcessId)).Select(p => (p.p, p.ProcessId != here && Environment.ProcessId == here)),
                (n, done) => (n, done.Count, done.All(d => d.Item2)))
            .MustGive(Enumerable.Range(0, 30).Select(n => (n, Parts(n).Count(p => p % 2 == 0), true)));
    }

    [Fact]
    public Task No_item_is_opened_beyond_maxOpen() => Within.Time(async () =>
    {
        var open = new Gauge();
        var outputs = await Pipeline.From(Enumerable.Range(0, 100)).ScatterGather(Open, parts => parts.Then(Steps.Pass, Beside.Processes(2) with { Ordered = false }), Close, maxOpen: 3).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 100), outputs);
        Assert.InRange(open.Most, 1, 3);

        IEnumerable<int> Open(int item)
        {
            open.Enter();
            return Enumerable.Range(0, 5);
        }

        int Close(int item, IReadOnlyList<int> done)
        {
            open.Leave();
            return item;
        }
    });

    [Fact]
    public Task Parts_of_several_items_interleave() => Within.Time(async () =>
    {
        // Each item's only part waits for that of the other item, which is in another process.
        using DistantGate first = new(), second = new();
        string[] gates = [first.Name, second.Name];
        var outputs = Pipeline.From([0, 1])
            .ScatterGather(n => new[] { n }, parts => parts.Then(PassGates, gates, Beside.Processes(2)), (n, done) => (n, done.Single()))
            .ToListAsync();
        await Task.WhenAll(first.Arrived, second.Arrived);
        first.Open();
        second.Open();
        Assert.Equal([(0, 0), (1, 1)], await outputs);
    });

    [Fact]
    public Task Scatterings_nest() =>
        Pipeline.From(Enumerable.Range(0, 40))
            .ScatterGather(
                n => new[] { n, n },
                outer => outer.Then(Steps.Add, 1, Beside.Process).ScatterGather(n => new[] { n, n }, inner => inner.Then(Steps.Add, 1, Beside.Processes(2)), (_, done) => done.Sum()),
                (_, done) => done.Sum())
            .MustGive(Enumerable.Range(0, 40).Select(n => 4 * (n + 2)));

    [Fact]
    public Task A_batch_between_processes_holds_parts_of_one_item_only() =>
        Pipeline.From(Enumerable.Range(0, 40))
            .ScatterGather(
                n => Enumerable.Repeat(n, 3),
                parts => parts.Then(Steps.Pass, Beside.Process).Batch(2).Then(Steps.Pass, Beside.Process),
                (_, done) => string.Join(',', done.Select(batch => string.Concat(batch))),
                maxOpen: 4)
            .MustGive(Enumerable.Range(0, 40).Select(n => $"{n}{n},{n}"));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task Parts_that_a_batch_in_a_process_collects_are_still_open(int maxOpen) =>
        Pipeline.From(Enumerable.Range(0, 40))
            .ScatterGather(
                n => Enumerable.Repeat(n, n % 6),
                parts => parts.Batch(4, TimeSpan.FromMilliseconds(1), Beside.Process).Then(Steps.Pass, Beside.Process).SelectMany(batch => batch),
                (n, done) => (n, done.Count),
                maxOpen)
            .MustGive(Enumerable.Range(0, 40).Select(n => (n, n % 6)));

    [Theory]
    [InlineData(Accident.Exception, 1)]
    [InlineData(Accident.Exception, 3)]
    [InlineData(Accident.Kill, 1)]
    [InlineData(Accident.Kill, 3)]
    [InlineData(Accident.Segfault, 2)]
    [InlineData(Accident.ExitZero, 2)]
    [InlineData(Accident.Sleep, 2)]
    public Task A_skipped_part_fails_its_own_item_and_no_other(Accident kind, int workers) => Within.Time(async () =>
    {
        var options = Beside.Processes(workers) with { Name = "part", Faults = FaultPolicy.Skip, ItemTimeout = Mishap.IsStuck(kind) ? TimeSpan.FromSeconds(3) : null };
        var outputs = await Pipeline.From(Enumerable.Range(0, 20))
            .ScatterGather(n => Enumerable.Range(10 * n, 3), parts => parts.Then(Mishap.Stage, new Mishap(kind, 71), options), (n, done) => Joined(n, done), maxOpen: 3)
            .ToListAsync(Options);

        Assert.Equal(Enumerable.Range(0, 20).Where(n => n != 7).Select(Whole), outputs);
        Assert.Equal([(71, "part"), (7, "Gather")], letters.Select(l => ((int)l.Item!, l.Stage)));
        Assert.Single(letters.Select(l => l.Exception).Distinct());
    });

    [Fact]
    public Task A_part_that_is_given_up_inside_two_scatterings_fails_both_items_and_no_other() => Within.Time(async () =>
    {
        var options = Beside.Processes(2) with { Name = "part", Faults = FaultPolicy.Skip };
        var outputs = await Pipeline.From(Enumerable.Range(0, 20))
            .ScatterGather(
                n => new[] { 10 * n, 10 * n + 1 },
                outer => outer.Then(Steps.Pass, Beside.Process).ScatterGather(p => new[] { p, p + 2 }, inner => inner.Then(Mishap.Stage, new Mishap(Accident.Kill, 71), options), (p, done) => p),
                (n, done) => n)
            .ToListAsync(Options);

        Assert.Equal(Enumerable.Range(0, 20).Where(n => n != 7), outputs);
        Assert.Equal([(71, "part"), (71, "Gather"), (7, "Gather")], letters.Select(l => ((int)l.Item!, l.Stage)));
    });

    [Theory]
    [InlineData(Accident.Exception)]
    [InlineData(Accident.Kill)]
    public Task A_retried_part_costs_nothing(Accident kind) => Within.Time(async () =>
    {
        var options = Beside.Processes(2) with { Faults = FaultPolicy.Retry(2) };
        var outputs = await Pipeline.From(Enumerable.Range(0, 20))
            .ScatterGather(
                n => Enumerable.Range(10 * n, 3),
                parts => parts.Then(Steps.Pass, Beside.Process).Then(Mishap.Stage, new Mishap(kind, 71, OnlyFirst: true), options).Then(Steps.Pass, Beside.Process),
                (n, done) => Joined(n, done))
            .ToListAsync(Options);
        Assert.Equal(Enumerable.Range(0, 20).Select(Whole), outputs);
        Assert.Empty(letters);
    });

    [Fact]
    public Task Workers_that_die_between_items_lose_no_part() => Within.Time(async () =>
    {
        var options = Beside.Processes(3) with { Ordered = false, Faults = FaultPolicy.Retry(3) };
        var outputs = await Gathered(40, parts => parts.Then(Steps.Pass, Beside.Process).Then(DieBehindEveryTwentieth, options), maxOpen: 4).ToListAsync(Options);
        Assert.Equal(Enumerable.Range(0, 40).Select(n => Joined(n, Parts(n))), outputs);
        Assert.Empty(letters);
    });

    [Fact]
    public Task Fresh_processes_take_over_between_parts() =>
        Gathered(20, parts => parts.Then(Steps.Pass, Beside.Processes(2) with { RecycleAfter = 20 }), maxOpen: 2)
            .MustGive(Enumerable.Range(0, 20).Select(n => Joined(n, Parts(n))));

    [Theory]
    [InlineData(Accident.Exception, typeof(MishapException))]
    [InlineData(Accident.Kill, typeof(WorkerCrashedException))]
    public Task A_stage_without_a_policy_stops_the_run(Accident kind, Type exception) => Within.Time(() =>
        Assert.ThrowsAsync(exception, () => Pipeline.From(Items.Endless)
            .ScatterGather(n => Enumerable.Range(10 * n, 3), parts => parts.Then(Mishap.Stage, new Mishap(kind, 71), Beside.Processes(2)), (n, _) => n)
            .To(Items.Drop).RunAsync()));

    [Fact]
    public Task A_consumer_that_stops_early_ends_an_endless_source() => Within.Time(async () =>
    {
        var outputs = await Pipeline.From(Items.Endless)
            .ScatterGather(Parts, parts => parts.Then(Steps.Pass, Beside.Processes(2)), (n, done) => Joined(n, done))
            .To(items => items.Take(10).ToList()).RunAsync();
        Assert.Equal(Enumerable.Range(0, 10).Select(n => Joined(n, Parts(n))), outputs);
    });

    [Fact]
    public Task A_drain_gathers_what_was_scattered() => Within.Time(async () =>
    {
        var some = new TaskCompletionSource();
        var run = Pipeline.From(Items.Endless)
            .ScatterGather(Parts, parts => parts.Then(Steps.Pass, Beside.Processes(2)), (n, done) => Joined(n, done))
            .To(items => items.Select(item => Seen(item, some)).ToList()).Start();
        await some.Task;
        await run.DrainAsync();
        var outputs = await run.Completion;
        Assert.Equal(Enumerable.Range(0, outputs.Count).Select(n => Joined(n, Parts(n))), outputs);

        static string Seen(string item, TaskCompletionSource some)
        {
            some.TrySetResult();
            return item;
        }
    });

    [Fact]
    public Task An_abort_ends_the_processes_inside() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Gathered(int.MaxValue, parts => parts.Then(Steps.Pass, Beside.Processes(2)), maxOpen: 2).To(items => items.Count(_ => Held(gate))).Start();
        await gate.Arrived;
        run.Abort();
        gate.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);

        static bool Held(Gate gate)
        {
            gate.Pass();
            return true;
        }
    });

    private static Pipeline<string> Gathered(int count, Func<Pipeline<int>, Pipeline<int>> inner, int maxOpen) =>
        Pipeline.From(Enumerable.Range(0, count)).ScatterGather(Parts, inner, (n, done) => Joined(n, done), maxOpen);

    private static IEnumerable<int> Parts(int item) => Enumerable.Range(1000 * item, item % 7);

    private static string Joined(int item, IEnumerable<int> done) => $"{item}: {string.Join(' ', done)}";

    private static string Whole(int item) => Joined(item, Enumerable.Range(10 * item, 3).SelectMany(p => new[] { p * 10, p * 10 + 1 }));

    private static IEnumerable<int> PassGates(IEnumerable<int> parts, string[] gates)
    {
        foreach (var part in parts)
        {
            DistantGate.Pass(gates[part]);
            yield return part;
        }
    }

    // With the item in hand, its output handed on: on its way to the next one.
    private static IEnumerable<int> DieBehindEveryTwentieth(IEnumerable<int> parts)
    {
        foreach (var part in parts)
        {
            yield return part;
            if (part % 20 == 3 && PipelineContext.Current!.Attempt == 1)
                _ = Libc.Kill(Environment.ProcessId, 9);
        }
    }
}
