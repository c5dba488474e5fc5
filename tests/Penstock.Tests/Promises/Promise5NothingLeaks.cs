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

    public static TheoryData<Ending, int, Execution> Endings
    {
        get
        {
            var endings = new TheoryData<Ending, int, Execution>();
            foreach (var ending in Enum.GetValues<Ending>())
            {
                endings.Add(ending, 8, Execution.Parallel);
                endings.Add(ending, 1, Execution.Parallel);
                endings.Add(ending, 8, Execution.Sequential);
            }

            return endings;
        }
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public Task Finally_blocks_run_items_are_disposed_and_timers_are_gone(Ending ending, int maxInFlight, Execution execution) => Within.Time(async () =>
    {
        using var source = new CancellationTokenSource();
        PipelineRun? run = null;
        var link = new StageOptions { MaxInFlight = maxInFlight };
        var pipeline = Pipeline.From(Source, ending, link)
            .Then(Repack, link with { Workers = maxInFlight == 1 ? 1 : 3 })
            .Then(Repack, link)
            .To(Consume, link with { MaxInFlight = null });

        var outcome = await Record.ExceptionAsync(() => Task.Run(() => pipeline.RunAsync(
            new() { Execution = execution, TimeProvider = clock, IdleTimeout = TimeSpan.FromHours(1), OnStarted = r => run = r }, source.Token)));

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
        Assert.True(open.Most >= 4);
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
