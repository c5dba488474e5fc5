using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>However a run ends, its processes end with it, and their finally blocks run.</summary>
public sealed class Promise5NothingLeaksAcrossProcesses : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Tally tally = Tally.Begin();

    public void Dispose()
    {
        folder.Dispose();
        tally.Dispose();
    }

    [Theory]
    [InlineData(Isolation.Process, 1)]
    [InlineData(Isolation.Process, 2)]
    [InlineData(Isolation.Thread, 2)]
    public Task Every_disposable_item_is_disposed_where_it_came_from(Isolation source, int workers) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Crate.Make, tally, new() { Isolation = source }).Then(Crate.Renew, Beside.Processes(workers));
        Assert.Equal(20, await pipeline.To(xs => xs.Take(20).Count()).RunAsync());
        MustHaveDisposedAll();
        await Assert.ThrowsAsync<TestException>(() => pipeline.To(xs => xs.Sum(x => x.Number == 20 ? throw new TestException() : 1)).RunAsync());
        MustHaveDisposedAll();
        await Assert.ThrowsAsync<MishapException>(() => pipeline.Then(Crate.FailAtTwenty, Beside.Process).To(Items.Drop).RunAsync());
        MustHaveDisposedAll();
    });

    [Fact]
    public Task Items_that_wait_for_their_parts_are_disposed_once() => Within.Time(async () =>
    {
        var whole = Pipeline.From(Crate.Make, tally).ScatterGather(crate => new[] { 1, crate.Number }, parts => parts.Then(Steps.Pass, Beside.Process), Gathered, maxOpen: 3);
        Assert.Equal(20, await whole.To(xs => xs.Take(20).Count()).RunAsync());
        MustHaveDisposedAll();

        // An item that is one of its own parts is copied, and stays here.
        var itself = Pipeline.From(Crate.Make, tally).ScatterGather(crate => new[] { crate }, parts => parts.Then(Crate.Numbers, Beside.Processes(2)), Gathered, maxOpen: 3);
        Assert.Equal(20, await itself.To(xs => xs.Take(20).Count()).RunAsync());
        MustHaveDisposedAll();
        Assert.ThrowsAny<TestException>(() => itself.To(xs => xs.Sum(x => x == 20 ? throw new TestException() : 1)).Run());
        MustHaveDisposedAll();

        static int Gathered(Crate crate, IReadOnlyList<int> numbers)
        {
            crate.Dispose();
            return numbers[^1];
        }
    });

    [Fact]
    public Task A_consumer_stops_an_endless_source() => Within.Time(async () =>
    {
        Assert.Equal(Enumerable.Range(1, 5), await Noting().To(xs => xs.Take(5).ToList()).RunAsync());
        EverybodyHasEnded();
    });

    [Fact]
    public Task A_caller_leaves_its_loop() => Within.Time(async () =>
    {
        foreach (var item in Noting().AsEnumerable())
        {
            if (item == 5)
                break;
        }

        EverybodyHasEnded();
        await foreach (var item in Noting().AsAsyncEnumerable())
        {
            if (item == 5)
                break;
        }

        EverybodyHasEnded(runs: 2);
    });

    [Fact]
    public Task A_stage_in_a_process_stops_an_endless_source() => Within.Time(async () =>
    {
        Assert.Equal([1, 2, 3], await Noting().Then(TakeThree, Beside.Process).ToListAsync());
        EverybodyHasEnded();
    });

    [Fact]
    public Task The_input_ends() => Within.Time(async () =>
    {
        await Pipeline.From([1, 2, 3]).Then(Steps.Noting, folder.File("stage"), Beside.Processes(2)).ToListAsync();
        MustHaveEnded("stage", 2, 2);
    });

    [Fact]
    public Task Another_stage_fails() => Within.Time(async () =>
    {
        await Assert.ThrowsAsync<MishapException>(() => Noting().Then(Mishap.Stage, new Mishap(Accident.Exception, 10), Beside.Process).ToListAsync());
        EverybodyHasEnded();
    });

    [Fact]
    public Task Another_stage_crashes() => Within.Time(async () =>
    {
        await Assert.ThrowsAsync<WorkerCrashedException>(() => Noting().Then(Mishap.Stage, new Mishap(Accident.Kill, 10), Beside.Process).ToListAsync());
        EverybodyHasEnded();
    });

    [Fact]
    public Task The_run_is_aborted_while_its_workers_are_blocked() => Within.Time(async () =>
    {
        using var gate = new Gate();
        await using var run = Noting().To(xs => Hold(xs, gate)).Start();
        await gate.Arrived;
        run.LookUntilWorkersAre(1, "waiting for a slot");
        run.Abort();
        gate.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        EverybodyHasEnded();
    });

    [Fact]
    public Task The_run_is_cancelled_while_its_workers_are_starved() => Within.Time(async () =>
    {
        using var gate = new Gate();
        using var cancellation = new CancellationTokenSource();
        await using var run = Pipeline.From(Hold(gate)).Then(Steps.Noting, folder.File("stage"), Beside.Processes(2)).To(Items.Drop).Start(ct: cancellation.Token);
        await gate.Arrived;
        run.LookUntilWorkersAre(1, "waiting for an item");
        await cancellation.CancelAsync();
        gate.Open();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        MustHaveEnded("stage", 2, 2);
    });

    [Fact]
    public Task A_run_that_is_aborted_at_once_leaves_nothing_behind() => Within.Time(async () =>
    {
        for (var i = 0; i < 5; i++)
        {
            await using var run = Noting().To(Items.Drop).Start();
            run.Abort();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        }
    });

    [Fact]
    public Task A_process_that_does_not_leave_in_time_is_killed() => Within.Time(async () =>
    {
        using var arrived = new Gate();
        await using var run = Pipeline.From([1, 2]).Then(SleepAtTwo, Beside.Process).To(xs => Hold(xs, arrived)).Start(new() { StopTimeout = TimeSpan.FromMilliseconds(300) });
        await arrived.Arrived;
        arrived.Open();
        run.Abort();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
    });

    [Fact]
    public Task A_source_in_a_process_is_drained() => Within.Time(async () =>
    {
        await using var run = Noting().To(xs => xs.Select(x =>
        {
            if (x == 20)
                _ = PipelineRun.Active.Single(r => r.Name is "drained").DrainAsync();
            return x;
        }).ToList()).Start(new() { Name = "drained" });
        var results = await run.Completion;
        Assert.Equal(Enumerable.Range(1, results.Count), results);
        Assert.InRange(results.Count, 20, 60);
        EverybodyHasEnded();
    });

    [Fact]
    public Task An_asynchronous_source_in_a_process_is_drained() => Within.Time(async () =>
    {
        await using var run = Pipeline.From(TickForEver, folder.File("source"), Beside.Process).Then(Steps.Pass, Beside.Process).To(xs => xs.Select(x =>
        {
            if (x == 20)
                _ = PipelineRun.Active.Single(r => r.Name is "ticks").DrainAsync();
            return x;
        }).ToList()).Start(new() { Name = "ticks" });
        var results = await run.Completion;
        Assert.Equal(Enumerable.Range(0, results.Count), results);
        Assert.InRange(results.Count, 21, 60);
        MustHaveEnded("source", 1, 1);
    });

    // An endless source and two workers of a stage, each of which leaves a file when it begins and one when it ends.
    private Pipeline<int> Noting() => Pipeline.From(Steps.NotingSource, folder.File("source"), Beside.Process)
        .Then(Steps.Noting, folder.File("stage"), Beside.Processes(2)).Then(Steps.Add, 1);

    private void MustHaveDisposedAll()
    {
        Assert.InRange(tally[Mark.Made], 20, long.MaxValue);
        Assert.Equal(tally[Mark.Made], tally[Mark.Disposed]);
    }

    private void EverybodyHasEnded(int runs = 1)
    {
        MustHaveEnded("source", runs, runs);
        MustHaveEnded("stage", runs, 2 * runs); // a worker may come so late that it never begins
    }

    private void MustHaveEnded(string file, int atLeast, int atMost)
    {
        Assert.InRange(folder.Count($"{file}-*-ended"), atLeast, atMost);
        Assert.Equal(folder.Count($"{file}-*-began"), folder.Count($"{file}-*-ended"));
    }

    private static void Hold(IEnumerable<int> items, Gate gate)
    {
        foreach (var _ in items)
            gate.Pass();
    }

    private static IEnumerable<int> Hold(Gate gate)
    {
        yield return 1;
        gate.Pass();
    }

    private static IEnumerable<int> TakeThree(IEnumerable<int> items) => items.Take(3);

    private static IEnumerable<int> SleepAtTwo(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            if (item == 2)
                Thread.Sleep(Timeout.Infinite);
            yield return item;
        }
    }

    private static async IAsyncEnumerable<int> TickForEver(string file)
    {
        Steps.Note(file, "began");
        try
        {
            for (var i = 0; ; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
        finally
        {
            Steps.Note(file, "ended");
        }
    }

    /// <summary>An item that wants to be disposed. Its copies belong to those who get them, and here they keep them.</summary>
    internal sealed record Crate(Tally Tally, int Number) : IDisposable
    {
        public static IEnumerable<Crate> Make(Tally tally) => Items.Endless().Select(i => New(tally, i));

        public static IEnumerable<Crate> Renew(IEnumerable<Crate> crates) => crates.Select(c => New(c.Tally, c.Number));

        public static IEnumerable<Crate> FailAtTwenty(IEnumerable<Crate> crates) => crates.Select(c => c.Number == 20 ? throw new MishapException("twenty") : New(c.Tally, c.Number));

        public static IEnumerable<int> Numbers(IEnumerable<Crate> crates) => crates.Select(c => c.Number);

        public void Dispose() => Tally.Add(Mark.Disposed);

        private static Crate New(Tally tally, int number)
        {
            tally.Add(Mark.Made);
            return new(tally, number);
        }
    }
}
