using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Several workers without threads of which more than one fails.</summary>
public sealed class CrewsThatFail : IDisposable
{
    private static readonly StageOptions None = new() { Isolation = Isolation.None };
    private static readonly StageOptions Four = None with { Workers = 4 };

    private readonly CountdownEvent begun = new(4);
    private readonly ManualResetEventSlim hasOneEnded = new();

    public void Dispose()
    {
        begun.Dispose();
        hasOneEnded.Dispose();
    }

    [Fact]
    public Task Do_not_wait_for_an_item_before_the_last_failure_though_one_before_has_rung_its_clock() => Within.Time(async () =>
    {
        var (clock, last) = (new TestClock(), new TestException("last"));
        using var hasRung = new ManualResetEventSlim();
        var options = With("all helpers") with { TimeProvider = clock };
        var run = Pipeline.From(() => Enumerable.Range(0, 4), None).Then(Play, Four).To(Items.Drop).Start(options);
        await clock.TimerOf(options.FailureGrace);
        hasOneEnded.Wait();
        clock.Advance(options.FailureGrace);
        hasRung.Set();
        await Task.WhenAny(run.Completion, clock.TimerOf(options.FailureGrace, count: 2)); // the first may have rung while one was still about to end
        clock.Advance(options.FailureGrace);
        await Assert.ThrowsAsync<TestException>(() => run.Completion);

        // The last item fails; the one before ends the stage there, for good; the one before that fails after all, while the first stays where it is.
        IEnumerable<int> Play(IEnumerable<int> items, CancellationToken stopping)
        {
            foreach (var item in items)
            {
                AwaitAll();
                switch (item)
                {
                    case 0:
                        stopping.WaitHandle.WaitOne();
                        break;
                    case 1:
                        hasRung.Wait(stopping);
                        throw last;
                    case 2:
                        clock.TimerOf(options.FailureGrace).Wait(stopping);
                        hasOneEnded.Set();
                        yield break;
                    default:
                        throw new TestException("first");
                }

                yield return item;
            }
        }
    });

    [Fact]
    public Task Log_a_failure_that_an_earlier_one_displaces() => Within.Time(async () =>
    {
        using var log = new LogList();
        var thrown = await Assert.ThrowsAsync<TestException>(() => Pipeline.From(() => Enumerable.Range(0, 4), None).Then(Fail, Four).To(Items.Drop)
            .RunAsync(With("all helpers") with { LoggerFactory = log, FailureGrace = Patience.NoHurry.FailureGrace }));
        Assert.Equal("0", thrown.Message);
        Assert.Equal(3, log.Lines.Count(line => line.Text.Contains("behind the one at which the stage had ended", StringComparison.Ordinal)));

        IEnumerable<int> Fail(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                AwaitAll();
                if (item == 0)
                    hasOneEnded.Wait();
                try
                {
                    if (item >= 0)
                        throw new TestException($"{item}");
                }
                finally
                {
                    hasOneEnded.Set();
                }

                yield return item;
            }
        }
    });

    [Fact]
    public Task Are_over_when_all_have_ended_for_themselves_whatever_is_left_before_the_failure_of_the_source() => Within.Time(async () =>
    {
        var failures = 0;
        var room = new StageOptions { Isolation = Isolation.None, MaxInFlight = 64 };
        for (var round = 0; round < 20 || (failures == 0 && round < 500); round++) // until the source has come so far, which it need not
        {
            var failure = new TestException();
            using var mayGoOn = new ManualResetEventSlim();
            var ended = 0;
            var pipeline = Pipeline.From(Fail, room).Then(Three, room with { Workers = 4, Ordered = false }).To(Items.Drop);
            var thrown = await Record.ExceptionAsync(() => pipeline.RunAsync(With("one helper") with { TimeProvider = new TestClock() })); // which stands still
            Assert.True(thrown is null || thrown == failure);
            failures += thrown is null ? 0 : 1;

            IEnumerable<int> Fail()
            {
                foreach (var item in Enumerable.Range(0, 20))
                    yield return item;
                mayGoOn.Set();
                throw failure;
            }

            // Whoever has the first item, mostly the consumer, leaves it to the helper to pull ahead as long as there is room.
            IEnumerable<int> Three(IEnumerable<int> items)
            {
                foreach (var item in items.Take(3))
                {
                    if (item == 0)
                        mayGoOn.Wait();
                    yield return item;
                }

                if (Interlocked.Increment(ref ended) == 3)
                    mayGoOn.Set();
            }
        }

        Assert.NotEqual(0, failures);
    });

    // So that each has an item before one ends them.
    private void AwaitAll()
    {
        begun.Signal();
        begun.Wait();
    }

    private static RunOptions With(string crew) => new() { CreateStaffing = Staffings.All[crew] };
}
