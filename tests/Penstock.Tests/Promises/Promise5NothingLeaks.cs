using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>Every finally runs, every undelivered disposable item is disposed, however a run ended.</summary>
public class Promise5NothingLeaks
{
    private readonly TestClock clock = new();
    private readonly Depot depot = new();
    private readonly Gauge open = new();

    public enum Ending
    {
        Success,
        EarlyStop,
        Failure,
        Abort,
        Cancellation,
        Drain,
    }

    public static TheoryData<Ending, int, Execution, Isolation> Endings
    {
        get
        {
            var endings = new TheoryData<Ending, int, Execution, Isolation>();
            foreach (var ending in Enum.GetValues<Ending>())
            {
                endings.Add(ending, 8, Execution.Parallel, Isolation.Thread);
                endings.Add(ending, 8, Execution.Parallel, Isolation.None);
                endings.Add(ending, 1, Execution.Parallel, Isolation.Thread);
                endings.Add(ending, 8, Execution.Sequential, Isolation.Thread);
            }

            return endings;
        }
    }

    /// <summary>What an item is scattered into.</summary>
    public enum Parts
    {
        Fresh,
        Itself,
        ItsElements,
    }

    public static TheoryData<Ending, Parts, Execution> Scatterings
    {
        get
        {
            var scatterings = new TheoryData<Ending, Parts, Execution>();
            foreach (var ending in Enum.GetValues<Ending>())
            {
                foreach (var parts in Enum.GetValues<Parts>())
                {
                    scatterings.Add(ending, parts, Execution.Parallel);
                    scatterings.Add(ending, parts, Execution.Sequential);
                }
            }

            return scatterings;
        }
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public Task Finally_blocks_run_items_are_disposed_and_timers_are_gone(Ending ending, int maxInFlight, Execution execution, Isolation isolation) => Within.Time(async () =>
    {
        var link = new StageOptions { MaxInFlight = maxInFlight, Isolation = isolation };
        await Play(ending, execution, Pipeline.From(Source, ending, link).Then(Repack, link with { Workers = maxInFlight == 1 ? 1 : 3 }).Then(Repack, link), link with { MaxInFlight = null });
        Assert.True(open.Most >= 4);
    });

    [Theory]
    [MemberData(nameof(Scatterings))]
    public Task Items_that_wait_to_be_gathered_are_disposed_unless_somebody_was_given_them(Ending ending, Parts parts, Execution execution) => Within.Time(() =>
    {
        var items = Pipeline.From(Source, ending);
        return Play(ending, execution, parts switch
        {
            Parts.Fresh => items.ScatterGather(_ => Enumerable.Range(1, 2).Select(depot.Make), Inside, (item, done) => KeepOne([item, .. done]), maxOpen: 3),
            Parts.Itself => items.ScatterGather(item => new[] { depot.Make(1), item }, ps => ps.Then(Repack).Then(Repack), (_, done) => KeepOne(done), maxOpen: 3),
            _ => items.Batch(3).ScatterGather(item => item, Inside, (_, done) => KeepOne(done), maxOpen: 3),
        });

        Pipeline<Parcel> Inside(Pipeline<Parcel> parcels) => parcels.Then(Repack).Then(parcels => parcels.Select(p => p), new() { Workers = 2 });

        static Parcel KeepOne(IReadOnlyList<Parcel> parcels)
        {
            foreach (var parcel in parcels.Skip(1))
                parcel.Dispose();
            return parcels[0];
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task An_item_whose_scattering_fails_is_disposed(Execution execution) => Within.Time(() =>
    {
        var pipeline = Pipeline.From(() => depot.Parcels()).ScatterGather(Split, parts => parts.Then(Repack), (item, done) => (item, done));
        Assert.Throws<TestException>(() =>
        {
            foreach (var (item, done) in pipeline.AsEnumerable(new() { Execution = execution }))
            {
                item.Dispose();
                Assert.Single(done).Dispose();
            }
        });
        depot.MustHaveEverythingBack();

        IEnumerable<Parcel> Split(Parcel item)
        {
            yield return depot.Make(item.Number);
            if (item.Number == 20)
                throw new TestException();
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task An_item_that_a_part_has_failed_belongs_to_its_dead_letter(Execution execution) => Within.Time(() =>
    {
        var letters = new List<DeadLetter>();
        var pipeline = Pipeline.From(() => depot.Parcels())
            .ScatterGather(item => new[] { item.Number }, parts => parts.Select(n => n == 3 ? throw new TestException() : n, new() { Faults = FaultPolicy.Skip }), (item, _) => item);
        foreach (var item in pipeline.AsEnumerable(new() { Execution = execution, DeadLetter = letters.Add }).Take(10))
            item.Dispose();

        var failed = Assert.IsType<Parcel>(letters.Single(letter => letter.Stage == "Gather").Item);
        Assert.False(failed.IsDisposed);
        failed.Dispose();
        depot.MustHaveEverythingBack();
    });

    [Fact]
    public Task Items_that_dispose_asynchronously_are_disposed_too() => Within.Time(() =>
    {
        Assert.Equal(0, Pipeline.From(() => Enumerable.Range(0, 1000).Select(depot.MakeAsync), new() { MaxInFlight = 20 }).Select(x => x, new() { Workers = 2 }).AsEnumerable().First().Number);
        Assert.Equal(depot.Made - 1, depot.Disposed);
    });

    [Fact]
    public Task Items_in_undelivered_batches_are_disposed() => Within.Time(() => TakeOneBatch(Pipeline.From(() => depot.Parcels())));

    [Fact]
    public Task Values_in_undelivered_batches_are_disposed() => Within.Time(() => TakeOneBatch(Pipeline.From(() => depot.Parcels()).Select(p => new Wrapped(p))));

    [Fact]
    public Task An_item_taken_for_a_worker_that_never_asks_for_it_is_disposed() => Within.Time(() =>
    {
        // With several workers an output before the first item makes the engine take that item; the generator then ends without it.
        Assert.Equal([1], Pipeline.From(() => depot.Parcels(10)).Then(YieldAndLeave, new() { Workers = 2 }).AsEnumerable());
        depot.MustHaveEverythingBack();

        static IEnumerable<int> YieldAndLeave(IEnumerable<Parcel> parcels)
        {
            yield return 1;
        }
    });

    [Fact]
    public Task An_item_whose_disposal_fails_fails_the_run_and_the_others_are_still_disposed() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var disposed = new Gauge();
        var run = Pipeline.From(() => Enumerable.Range(0, 100).Select(i => new Explosive(disposed, i)), new() { MaxInFlight = 20 }).To(TakeOne).Start();
        await gate.Arrived;
        await run.UntilWorkersAre(0, "waiting for a slot");
        gate.Open();
        Assert.Equal("cannot", (await Assert.ThrowsAsync<TestException>(() => run.Completion)).Message);
        Assert.Equal(19, disposed.Now);

        void TakeOne(IEnumerable<Explosive> items)
        {
            foreach (var _ in items)
            {
                gate.Pass();
                return;
            }
        }
    });

    // Something happens at the fiftieth parcel.
    private async Task Play(Ending ending, Execution execution, Pipeline<Parcel> parcels, StageOptions? sink = null)
    {
        using var source = new CancellationTokenSource();
        PipelineRun? run = null;
        var outcome = await Record.ExceptionAsync(() => Task.Run(() => parcels.To(Consume, sink).RunAsync(
            new() { Execution = execution, CreateStaffing = Staffings.All["one helper"], TimeProvider = clock, IdleTimeout = TimeSpan.FromHours(1), OnStarted = r => run = r }, source.Token)));

        switch (ending)
        {
            case Ending.Failure:
                Assert.IsType<TestException>(outcome);
                break;
            case Ending.Abort or Ending.Cancellation:
                Assert.IsAssignableFrom<OperationCanceledException>(outcome);
                break;
            default:
                Assert.Null(outcome);
                break;
        }

        Assert.Equal(0, open.Now);
        depot.MustHaveEverythingBack();
        Assert.Equal(0, clock.LiveTimers);
        Assert.DoesNotContain(run, PipelineRun.Active);

        void Consume(IEnumerable<Parcel> parcels)
        {
            using var here = Opened();
            var count = 0;
            foreach (var parcel in parcels)
            {
                parcel.Dispose();
                if (++count != 50)
                    continue;
                switch (ending)
                {
                    case Ending.EarlyStop:
                        return;
                    case Ending.Failure:
                        throw new TestException();
                    case Ending.Abort:
                        run!.Abort();
                        break;
                    case Ending.Cancellation:
                        source.Cancel();
                        break;
                    case Ending.Drain:
                        _ = run!.DrainAsync();
                        break;
                }
            }
        }
    }

    private async Task TakeOneBatch<T>(Pipeline<T> items)
        where T : IDisposable
    {
        PipelineRun? run = null;
        foreach (var batch in items.Batch(3, options: new() { MaxInFlight = 10 }).AsEnumerable(new() { OnStarted = r => run = r }))
        {
            Array.ForEach(batch, item => item.Dispose());
            await run!.Until(s => s.Stages[^1].Workers[0].Activity.StartsWith("waiting for a slot", StringComparison.Ordinal));
            break;
        }

        depot.MustHaveEverythingBack();
    }

    private IEnumerable<Parcel> Source(Ending ending)
    {
        using var here = Opened();
        foreach (var parcel in depot.Parcels(ending == Ending.Success ? 200 : int.MaxValue))
            yield return parcel;
    }

    private IEnumerable<Parcel> Repack(IEnumerable<Parcel> parcels)
    {
        using var here = Opened();
        foreach (var parcel in parcels)
        {
            parcel.Dispose();
            yield return depot.Make(parcel.Number);
        }
    }

    private Left Opened()
    {
        open.Enter();
        return new Left(open);
    }

    private sealed class Left(Gauge gauge) : IDisposable
    {
        public void Dispose() => gauge.Leave();
    }

    private readonly struct Wrapped(Parcel parcel) : IDisposable
    {
        public void Dispose() => parcel.Dispose();
    }

    private sealed class Explosive(Gauge disposed, int number) : IDisposable
    {
        public void Dispose()
        {
            disposed.Enter();
            if (number == 5)
                throw new TestException("cannot");
        }
    }
}
