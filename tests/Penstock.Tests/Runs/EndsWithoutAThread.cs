using System.Runtime.ExceptionServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Isolation.None, with one worker and with several: how such stages end, whoever resumes them.</summary>
public sealed class EndsWithoutAThread : IDisposable
{
    private const string OneAhead = "one, always ahead";
    private const string FourHelped = "four, all helpers";

    // For all that are not stuck to leave, on a busy machine too.
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(3);

    private static readonly StageOptions None = new() { Isolation = Isolation.None };

    private readonly Gate gate = new();

    public static TheoryData<string> Kinds =>
        [.. Paces.All.Keys.Select(static pace => $"one, {pace}"), .. Staffings.All.Keys.Select(static crew => $"four, {crew}")];

    public void Dispose() => gate.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task An_abort_ends_a_consumer_that_waits_for_an_item(string kind) => Within.Time(async () =>
    {
        await using var run = Pipeline.From(Produce, None).Then(Pass, Workers(kind)).To(Items.Drop).Start(With(kind));
        await gate.Arrived;
        run.Abort();
        gate.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);

        IEnumerable<int> Produce()
        {
            yield return 0;
            yield return 1;
            gate.Pass();
            yield return 2;
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task A_drain_finishes_what_was_produced(string kind) => Within.Time(async () =>
    {
        var (produced, consumed) = (0, 0);
        await using var run = Pipeline.From(() => Items.Endless().Select(x => produced = x + 1), None).Then(Pass, Workers(kind)).To(Consume).Start(With(kind));
        await gate.Arrived;
        var drained = run.DrainAsync();
        gate.Open();
        await drained;
        await run.Completion;
        Assert.Equal(produced, consumed);

        void Consume(IEnumerable<int> items)
        {
            foreach (var _ in items)
            {
                if (++consumed == 10)
                    gate.Pass();
            }
        }
    });

    [Theory]
    [InlineData(OneAhead)]
    [InlineData(FourHelped)]
    public Task One_that_is_stuck_when_its_consumer_has_ended_is_named_after_the_stop_timeout(string kind) => Within.Time(async () =>
    {
        var stuck = -1;
        var pipeline = Pipeline.From(Items.Endless, None).Then(xs => xs.Select(StickAtThree), Workers(kind) with { Name = "stuck" }).To(xs => xs.Take(3).Select(WaitAtTwo).Count());
        var thrown = await Assert.ThrowsAsync<WorkerStuckException>(() => pipeline.RunAsync(With(kind) with { StopTimeout = LongEnough }));
        Assert.Contains($"'stuck', worker {stuck}", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(stuck, thrown.Data["Penstock.Worker"]);

        int WaitAtTwo(int item)
        {
            if (item == 2)
                gate.Arrived.Wait();
            return item;
        }

        int StickAtThree(int item)
        {
            if (item == 3)
            {
                stuck = PipelineContext.Current!.Worker;
                gate.Pass();
            }

            return item;
        }
    });

    [Theory]
    [InlineData("in a worker")]
    [InlineData("in the source")]
    public Task One_that_is_stuck_is_all_that_is_left_behind(string where) => Within.Time(async () =>
    {
        var (depot, ends) = (new Depot(), new Pulse());
        using var two = new ManualResetEventSlim();
        var (begun, ended, endedSources) = (0, 0, 0);
        var pipeline = Pipeline.From(Produce, None).Then(Pass, Workers(FourHelped)).To(TakeThree);
        await Assert.ThrowsAsync<WorkerStuckException>(() => pipeline.RunAsync(With(FourHelped) with { StopTimeout = LongEnough }));
        var inSource = where == "in the source";
        Assert.Equal(begun - 1, ended);
        Assert.InRange(ended, 1, 3);
        Assert.Equal(inSource ? 0 : 1, endedSources);
        Assert.Equal(inSource ? 0 : 1, depot.Made - depot.Disposed);

        gate.Open();
        await ends.Until(() => ended == begun && endedSources == 1);
        await depot.UntilAllAreBackBut(0);
        Assert.Equal(0, depot.DisposedTwice);

        IEnumerable<Parcel> Produce()
        {
            try
            {
                for (var number = 0; ; number++)
                {
                    StickAtThree(number, "in the source");
                    yield return depot.Make(number);
                }
            }
            finally
            {
                endedSources++;
                ends.Beat();
            }
        }

        IEnumerable<Parcel> Pass(IEnumerable<Parcel> parcels)
        {
            Interlocked.Increment(ref begun);
            try
            {
                foreach (var parcel in parcels)
                {
                    if (parcel.Number == 1)
                        two.Wait(); // so there are several workers
                    if (parcel.Number == 2)
                        two.Set();
                    StickAtThree(parcel.Number, "in a worker");
                    yield return parcel;
                }
            }
            finally
            {
                Interlocked.Increment(ref ended);
                ends.Beat();
            }
        }

        void StickAtThree(int number, string here)
        {
            if (number == 3 && here == where)
                gate.Pass();
        }

        void TakeThree(IEnumerable<Parcel> parcels)
        {
            foreach (var parcel in parcels.Take(3))
            {
                if (parcel.Number == 2)
                    gate.Arrived.Wait();
                parcel.Dispose();
            }
        }
    });

    [Theory]
    [InlineData(OneAhead)]
    [InlineData(FourHelped)]
    [InlineData(FourHelped, false)]
    public Task They_go_on_without_more_threads_if_the_system_refuses_them(string kind, bool ordered = true) => Within.Time(async () =>
    {
        for (var threads = 1; threads <= 3; threads++) // the first is the sink's
        {
            var started = 0;
            var options = With(kind) with
            {
                StartThread = (thread, state) =>
                {
                    if (started++ >= threads)
                        throw new TestException("no thread");
                    thread.Start(state);
                },
            };
            var stage = Workers(kind) with { Ordered = ordered };
            var items = await Pipeline.From(() => Enumerable.Range(0, 1000), None).Then(Twice, stage).To(xs => xs.ToList()).RunAsync(options);
            var expected = Enumerable.Range(0, 1000).SelectMany(x => Enumerable.Repeat(x, 2));
            Assert.Equal(expected, ordered ? items : items.Order());
        }

        static IEnumerable<int> Twice(IEnumerable<int> xs)
        {
            foreach (var x in xs)
            {
                yield return x;
                yield return x;
            }
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task A_handler_of_exceptions_may_cancel_the_run_while_it_is_refused_a_thread(string kind) => Within.Time(async () =>
    {
        var refusals = 0;
        for (var threads = 1; threads <= 3; threads++)
            refusals += await IsCancelledAsRefusedAsync(kind, threads) ? 1 : 0;
        Assert.True(refusals > 0 || kind is "one, as measured", "No thread was asked for, as if items were cheap.");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task It_may_do_so_while_a_task_awaits_what_they_make(string kind) => Within.Time(async () =>
    {
        for (var threads = 0; threads <= 4; threads++)
            await IsCancelledAsRefusedAsync(kind, threads, isTask: true);
    });

    private static async Task<bool> IsCancelledAsRefusedAsync(string kind, int threads, bool isTask = false)
    {
        using var cancellation = new CancellationTokenSource();
        using var refused = new ManualResetEventSlim();
        var refusal = new TestException("no thread");
        var started = 0;
        var options = With(kind) with
        {
            StartThread = (thread, state) =>
            {
                if (Interlocked.Increment(ref started) > threads)
                    throw refusal;
                thread.Start(state);
            },
        };
        AppDomain.CurrentDomain.FirstChanceException += Cancel;
        try
        {
            var items = Pipeline.From(Numbers, None).Then(Pass, Workers(kind));
            var run = (isTask ? items.To(DropAsync) : items.To(Items.Drop)).RunAsync(options, cancellation.Token);
            if (await Record.ExceptionAsync(() => run) is { } exception)
                Assert.IsAssignableFrom<OperationCanceledException>(exception);
            Assert.Equal(refused.IsSet, run.IsCanceled);
            return run.IsCanceled;
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Cancel;
        }

        void Cancel(object? sender, FirstChanceExceptionEventArgs thrown)
        {
            if (thrown.Exception != refusal)
                return;
            refused.Set();
            cancellation.Cancel();
        }

        IEnumerable<int> Numbers(CancellationToken stopping)
        {
            for (var i = 0; i < 10_000 && !refused.IsSet; i++)
                yield return i;
            if (refused.IsSet)
                stopping.WaitHandle.WaitOne(); // it comes only once the consumer has heard of the end
        }
    }

    private static async Task DropAsync(IAsyncEnumerable<int> items)
    {
        await foreach (var _ in items)
        {
        }
    }

    private static StageOptions Workers(string kind) => kind.StartsWith("four", StringComparison.Ordinal) ? None with { Workers = 4 } : None;

    private static RunOptions With(string kind)
    {
        var who = kind[(kind.IndexOf(',', StringComparison.Ordinal) + 2)..];
        return new() { CreatePace = Paces.All.GetValueOrDefault(who), CreateStaffing = Staffings.All.GetValueOrDefault(who) };
    }

    private static IEnumerable<int> Pass(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }
}
