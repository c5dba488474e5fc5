using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Scatter/gather: items are split, their parts interleave, each item is put together again in order.</summary>
public class Rule12ScatterGather
{
    private readonly ConcurrentQueue<DeadLetter> letters = new();

    private RunOptions Options => new() { DeadLetter = letters.Enqueue };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(8, 3)]
    public Task Items_come_out_whole_and_in_order(int maxOpen, int workers) => Within.Time(() =>
    {
        var outputs = Pipeline.From(Enumerable.Range(0, 200))
            .ScatterGather(n => Enumerable.Range(0, n % 7), parts => parts.Select(Double, new() { Workers = workers, Ordered = false }), (n, done) => (n, string.Join(',', done)), maxOpen)
            .AsEnumerable();
        Assert.Equal(Enumerable.Range(0, 200).Select(n => (n, string.Join(',', Enumerable.Range(0, n % 7).Select(Double)))), outputs);
    });

    public static TheoryData<string, int> BatchesInside
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var inner in Insides.Keys)
            {
                for (var maxOpen = 1; maxOpen <= 3; maxOpen++)
                    data.Add(inner, maxOpen);
            }

            return data;
        }
    }

    private static readonly Dictionary<string, (Func<Pipeline<int>, Pipeline<int[]>> Build, RunOptions Run)> Insides = new(StringComparer.Ordinal)
    {
        ["at once"] = (parts => parts.Batch(2), new()),
        ["at once, sequential"] = (parts => parts.Batch(2), new() { Execution = Execution.Sequential }),
        ["behind several workers"] = (parts => parts.Select(x => x, new() { Workers = 3 }).Batch(2), new()),
        ["behind tasks"] = (parts => parts.Select(async x => { await Task.Yield(); return x; }, new() { Workers = 2 }).Batch(2), new()),
        ["behind a filter"] = (parts => parts.Then(Even, new StageOptions()).Batch(2), new()),
        ["behind another"] = (parts => parts.Batch(2).Then(Flat, new StageOptions()).Batch(2), new()),
        ["behind a scattering inside"] = (parts => parts.ScatterGather(x => new[] { x, x }, p => p.Batch(3), (x, done) => done.Sum(d => d.Length) == 2 ? x : -1, maxOpen: 1).Batch(2), new()),
        ["behind a scattering inside with more room"] = (parts => parts.ScatterGather(x => new[] { x, x }, p => p.Batch(3), (x, done) => done.Sum(d => d.Length) == 2 ? x : -1, maxOpen: 3).Batch(2), new()),
        ["behind a process, which the run would have it be in, too"] = (parts => parts.Then(Same, new StageOptions()).Batch(2), new() { Isolation = Isolation.Process }),
        ["behind a process"] = (parts => parts.Then(Same, new StageOptions { Isolation = Isolation.Process }).Batch(2), new()),
    };

    [Theory]
    [MemberData(nameof(BatchesInside))]
    public Task A_batch_inside_goes_on_when_no_other_item_can_be_opened(string inner, int maxOpen) => Within.Time(() =>
    {
        // Three parts fill a batch and a half; items without parts bring the other half no company.
        var (build, run) = Insides[inner];
        var outputs = Pipeline.From(Enumerable.Range(0, 40))
            .ScatterGather(n => Enumerable.Range(0, n % 4 == 0 ? 3 : 0), build, (n, done) => (n, done.Sum(batch => batch.Sum() + 10)), maxOpen)
            .AsEnumerable(run);
        var expected = inner is "behind a filter" ? 2 + 10 : 3 + 20;
        Assert.Equal(Enumerable.Range(0, 40).Select(n => (n, n % 4 == 0 ? expected : 0)), outputs);
    });

    [Fact]
    public Task A_batch_behind_a_scattering_inside_waits_for_what_is_in_its_processes() => Within.Time(() =>
    {
        var batches = Pipeline.From(Enumerable.Range(0, 20))
            .ScatterGather(n => new[] { n, n }, parts => Crossing(parts).Batch(2), (_, done) => done.Count, maxOpen: 1)
            .AsEnumerable();
        Assert.All(batches, static count => Assert.Equal(1, count));

        static Pipeline<int> Crossing(Pipeline<int> parts) =>
            parts.ScatterGather(x => new[] { x }, alone => alone.Then(SameSlowly, new StageOptions { Isolation = Isolation.Process }), (_, done) => done.Single());
    });

    [Fact]
    public Task A_batch_behind_a_scattering_inside_waits_for_what_is_about_to_be_gathered() => Within.Time(() =>
    {
        // A part is complete a little after its result has come to the gathering end, which has gone to wait meanwhile.
        var batches = Pipeline.From(Enumerable.Range(0, 3000))
            .ScatterGather(n => new[] { n, n }, parts => parts.ScatterGather(x => new[] { x }, alone => alone.Then(SameAndMore, new StageOptions()), (_, done) => done.Single()).Batch(2), (_, done) => done.Count, maxOpen: 1)
            .AsEnumerable();
        Assert.All(batches, static count => Assert.Equal(1, count));
    });

    [Fact]
    public void A_batch_inside_that_could_not_go_on_is_refused()
    {
        var inProcess = new StageOptions { Name = "pairs", Isolation = Isolation.Process };
        var refused = Assert.Throws<PipelineDefinitionException>(() => Pair(parts => parts.Where(p => p > 0).Batch(2, options: inProcess).Select(b => b)));
        Assert.Contains("'pairs'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("maxDelay", refused.Message, StringComparison.Ordinal);
        Pair(parts => parts.Batch(2, TimeSpan.FromSeconds(1), inProcess));

        static Pipeline<int> Pair(Func<Pipeline<int>, Pipeline<int[]>> inner) =>
            Pipeline.From([1]).Batch(2, options: new() { Isolation = Isolation.Process }).ScatterGather(n => n, inner, (_, done) => done.Count);
    }

    [Fact]
    public void A_gathering_that_nobody_would_wait_for_is_refused()
    {
        var refused = Assert.Throws<PipelineDefinitionException>(() => Pipeline.From([1]).ScatterGather(n => new[] { n }, parts => parts, (_, done) => Task.FromResult(done.Count)));
        Assert.Contains("'Gather'", refused.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<int> Even(IEnumerable<int> items) => items.Where(x => x % 2 == 0);

    private static IEnumerable<int> Flat(IEnumerable<int[]> items) => items.SelectMany(x => x);

    private static IEnumerable<int> SameAndMore(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            yield return item;
            Thread.SpinWait(1000);
        }
    }

    private static IEnumerable<int> SameSlowly(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            Thread.SpinWait(100_000); // so that all others have come to wait
            yield return item;
        }
    }

    private static IEnumerable<int> Same(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }

    [Theory]
    [InlineData(Execution.Parallel, 3)]
    [InlineData(Execution.Parallel, 1)]
    [InlineData(Execution.Sequential, 3)]
    [InlineData(Execution.Sequential, 1)]
    public Task No_item_is_opened_beyond_maxOpen(Execution execution, int maxOpen) => Within.Time(() =>
    {
        var open = new Gauge();
        var outputs = Pipeline.From(Enumerable.Range(0, 300))
            .ScatterGather(Open, parts => parts.Select(Double, new() { Workers = 4, Ordered = false }).Where(part => part % 4 == 0), Close, maxOpen)
            .AsEnumerable(new() { Execution = execution });
        Assert.Equal(Enumerable.Range(0, 300), outputs);
        Assert.InRange(open.Most, 1, maxOpen);

        // Some have no parts, and some have none that gets through.
        IEnumerable<int> Open(int item)
        {
            open.Enter();
            return Enumerable.Range(1, item % 5);
        }

        int Close(int item, IReadOnlyList<int> done)
        {
            open.Leave();
            return item;
        }
    });

    [Fact]
    public Task Parts_of_several_items_interleave() => Within.Time(() =>
    {
        // The first item's only part waits for a part of the second item.
        using var second = new ManualResetEventSlim();
        var outputs = Pipeline.From([0, 1])
            .ScatterGather(n => new[] { n }, parts => parts.Select(WaitForTheOther, new() { Workers = 2 }), (n, _) => n, maxOpen: 2)
            .AsEnumerable();
        Assert.Equal([0, 1], outputs);

        int WaitForTheOther(int part)
        {
            if (part == 0)
                second.Wait();
            else
                second.Set();
            return part;
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task A_failed_part_fails_its_own_item_and_no_other(int workers) => Within.Time(() =>
    {
        var outputs = Pipeline.From(Enumerable.Range(0, 50))
            .ScatterGather(n => Enumerable.Range(10 * n, 3), parts => parts.Select(FailOn71, new() { Name = "part", Workers = workers, Faults = FaultPolicy.Skip }), (n, done) => (n, done.Count))
            .AsEnumerable(Options);

        Assert.Equal(Enumerable.Range(0, 50).Where(n => n != 7).Select(n => (n, 3)), outputs);
        Assert.Equal([71, 7], letters.Select(l => l.Item).Cast<int>());
        Assert.Single(letters.Select(l => l.Exception).Distinct());
    });

    [Fact]
    public Task A_stage_without_a_policy_stops_the_run() => Within.Time(() =>
        Assert.ThrowsAsync<TestException>(() => Pipeline.From(Enumerable.Range(0, 50))
            .ScatterGather(n => Enumerable.Range(10 * n, 3), parts => parts.Select(FailOn71, new() { Workers = 2 }), (n, done) => n)
            .To(Items.Drop).RunAsync()));

    [Fact]
    public Task Parts_that_are_filtered_out_or_multiplied_still_complete_their_item() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 100).Select(_ => "0,0,2,2"),
            Pipeline.From(Enumerable.Range(0, 100))
                .ScatterGather(_ => Enumerable.Range(0, 4), parts => parts.Where(p => p % 2 == 0).SelectMany(p => new[] { p, p }, new() { Workers = 3 }), (_, done) => string.Join(',', done))
                .AsEnumerable()));

    [Fact]
    public Task Scatterings_nest() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 60).Select(n => 4 * n),
            Pipeline.From(Enumerable.Range(0, 60))
                .ScatterGather(
                    n => new[] { n, n },
                    outer => outer.ScatterGather(n => new[] { n, n }, inner => inner.Select(x => x, new() { Workers = 3 }), (_, done) => done.Sum()),
                    (_, done) => done.Sum())
                .AsEnumerable()));

    [Fact]
    public Task A_batch_inside_holds_parts_of_one_item_only() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 40).Select(n => $"{n}{n},{n}"),
            Pipeline.From(Enumerable.Range(0, 40))
                .ScatterGather(n => Enumerable.Repeat(n, 3), parts => parts.Batch(2).Select(batch => string.Concat(batch)), (_, done) => string.Join(',', done), maxOpen: 4)
                .AsEnumerable()));

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task Items_before_a_fault_are_gathered(Execution execution) => Within.Time(() =>
    {
        var fault = new TestException();
        Assert.Equal((fault, 5), Outcome(Pipeline.From(() => Items.ThenFail(5, fault)).ScatterGather(n => Enumerable.Repeat(n, n % 3), Inner, (n, _) => n, maxOpen: 3), execution));
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task A_gathering_that_fails_fails_behind_the_items_before_its_own(Execution execution) => Within.Time(() =>
    {
        var fault = new TestException();
        Assert.Equal((fault, 5), Outcome(Pipeline.From(Items.Endless).ScatterGather(n => Enumerable.Repeat(n, n % 3), Inner, (n, _) => n == 5 ? throw fault : n, maxOpen: 1), execution));
        Assert.Equal("Gather", fault.Data["Penstock.Stage"]);
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task A_batch_or_another_scattering_behind_holds_no_part(Execution execution) => Within.Time(() =>
    {
        var options = new RunOptions { Execution = execution };
        var gathered = Pipeline.From(Enumerable.Range(0, 40)).ScatterGather(n => Enumerable.Repeat(n, n % 3), Inner, (n, _) => n);
        Assert.Equal(Enumerable.Range(0, 40).Chunk(3), gathered.Batch(3).AsEnumerable(options));
        Assert.Equal(Enumerable.Range(0, 40), gathered.Then(Pass).ScatterGather(n => Enumerable.Repeat(n, n % 2), Inner, (n, _) => n).AsEnumerable(options));
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task A_gathered_result_that_was_delivered_keeps_its_parts(Execution execution) => Within.Time(() =>
    {
        var depot = new Depot();
        var gathered = Pipeline.From(Items.Endless)
            .ScatterGather(_ => Enumerable.Range(1, 2), parts => parts.Select(depot.Make), (_, done) => done)
            .AsEnumerable(new() { Execution = execution })
            .First();
        Assert.Equal([1, 2], gathered.Select(p => p.Number));
        Assert.DoesNotContain(gathered, p => p.IsDisposed);
    });

    [Fact]
    public Task Results_of_a_failed_item_are_disposed() => Within.Time(() =>
    {
        var depot = new Depot();
        var pipeline = Pipeline.From(Enumerable.Range(0, 50))
            .ScatterGather(n => Enumerable.Range(10 * n, 3), parts => parts.Select(n => depot.Make(FailOn71(n)), new() { Faults = FaultPolicy.Skip }), Return);
        Assert.Equal(49, pipeline.AsEnumerable(Options).Count());
        depot.MustHaveEverythingBack();

        static int Return(int n, IReadOnlyList<Parcel> parcels)
        {
            foreach (var parcel in parcels)
                parcel.Dispose();
            return n;
        }
    });

    [Fact]
    public void MaxOpen_below_one_and_a_foreign_inner_pipeline_are_refused()
    {
        var source = Pipeline.From([1]);
        Assert.Throws<PipelineDefinitionException>(() => source.ScatterGather(n => new[] { n }, parts => parts, (n, _) => n, maxOpen: 0));
        Assert.Throws<PipelineDefinitionException>(() => source.ScatterGather(n => new[] { n }, _ => source, (n, _) => n));
    }

    // What a run fails with, and behind how many items.
    private static (Exception? Fault, int Items) Outcome(Pipeline<int> pipeline, Execution execution)
    {
        var items = 0;
        var fault = Record.Exception(() =>
        {
            foreach (var item in pipeline.AsEnumerable(Patience.NoHurry with { Execution = execution }))
                Assert.Equal(items++, item);
        });
        return (fault, items);
    }

    private static Pipeline<int> Inner(Pipeline<int> parts) => parts.Then(Pass);

    private static IEnumerable<int> Pass(IEnumerable<int> items) => items.Select(item => item);

    private static int Double(int part) => 2 * part;

    private static int FailOn71(int part) => part == 71 ? throw new TestException() : part;
}
