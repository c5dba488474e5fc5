using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>An asynchronous stage may give up waiting for an item: with a token of its own.</summary>
public sealed class WaitsWithAToken : IDisposable
{
    private readonly CancellationTokenSource impatience = new();

    public void Dispose() => impatience.Dispose();

    [Fact]
    public Task The_wait_for_an_item_ends_with_the_token_it_was_given() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = Pipeline.From(BlockedAfterOne).To(TakeUntilImpatient).Start();
        await first.Task;
        await gate.Arrived;
        await run.UntilWorkersAre(1, "waiting for an item");
        await impatience.CancelAsync(); // the sink opens the gate: else the source would be stuck
        Assert.Equal(impatience.Token, await run.Completion);

        IEnumerable<int> BlockedAfterOne()
        {
            yield return 1;
            gate.Pass();
        }

        async Task<CancellationToken> TakeUntilImpatient(IAsyncEnumerable<int> items)
        {
            try
            {
                await foreach (var _ in items.WithCancellation(impatience.Token))
                    first.SetResult();
            }
            catch (OperationCanceledException e)
            {
                gate.Open();
                return e.CancellationToken;
            }

            return CancellationToken.None;
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task An_item_that_was_done_before_it_is_no_failed_one(Execution execution) => Within.Time(async () =>
    {
        var letters = new List<DeadLetter>();
        var run = Pipeline.From(Enumerable.Range(0, 10)).Then(StopAfterThree, new StageOptions { Faults = FaultPolicy.Skip }).To(Items.Drop).RunAsync(new() { Execution = execution, DeadLetter = letters.Add });
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(impatience.Token, thrown.CancellationToken);
        Assert.Empty(letters);

        async IAsyncEnumerable<int> StopAfterThree(IAsyncEnumerable<int> items)
        {
            await foreach (var item in items.WithCancellation(impatience.Token))
            {
                if (item == 3)
                    await impatience.CancelAsync();
                yield return item;
            }
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task A_token_that_is_cancelled_already_lets_no_item_be_taken(Execution execution) => Within.Time(async () =>
    {
        await impatience.CancelAsync();
        var depot = new Depot();
        var pipeline = Pipeline.From(() => depot.Parcels()).To((IAsyncEnumerable<Parcel> items) => items.GetAsyncEnumerator(impatience.Token).MoveNextAsync().AsTask());
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.RunAsync(new() { Execution = execution }));
        Assert.Equal(impatience.Token, thrown.CancellationToken);
        depot.MustHaveEverythingBack();
    });

    [Fact]
    public Task Who_is_woken_for_an_item_but_gives_up_leaves_it_to_another() => Within.Time(async () =>
    {
        for (var round = 0; round < 50; round++)
        {
            using var start = new Gate();
            using var arrival = new Gate();
            using var giveUp = new CancellationTokenSource();
            var run = Pipeline.From(OneThenCancel).Then(First, new() { Workers = 2, Ordered = false }).To(Note).Start();
            await start.Arrived;
            await run.UntilWorkersAre(1, "waiting for an item");
            start.Open();
            Assert.Equal(1, await run.Completion);

            IEnumerable<int> OneThenCancel()
            {
                start.Pass();
                yield return 1;
                giveUp.Cancel();
                arrival.Pass();
            }

            async IAsyncEnumerable<int> First(IAsyncEnumerable<int> items)
            {
                await using var item = items.GetAsyncEnumerator(PipelineContext.Current!.Worker == 0 ? giveUp.Token : default);
                while (await MoveNextUnlessCancelled(item))
                    yield return item.Current;
            }

            int Note(IEnumerable<int> items) => items.Sum(item =>
            {
                arrival.Open();
                return item;
            });
        }
    });

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public Task Who_gives_up_takes_no_item_along(int capacity) => Within.Time(async () =>
    {
        // Around the moment at which an item comes, again and again.
        for (var round = 0; round < 300; round++)
        {
            using var giveUp = new CancellationTokenSource();
            var pipeline = Pipeline.From(CancelInBetween, new() { MaxInFlight = capacity }).Then(LeaveQuietly, new() { Workers = 3, Ordered = false });
            Assert.Equal(Enumerable.Range(0, 20), (await pipeline.To(xs => xs.ToList()).RunAsync()).Order());

            IEnumerable<int> CancelInBetween()
            {
                for (var i = 0; i < 20; i++)
                {
                    if (i == round % 20)
                        _ = giveUp.CancelAsync();
                    yield return i;
                }
            }

            async IAsyncEnumerable<int> LeaveQuietly(IAsyncEnumerable<int> items)
            {
                await using var item = items.GetAsyncEnumerator(PipelineContext.Current!.Worker == 0 ? default : giveUp.Token);
                while (await MoveNextUnlessCancelled(item))
                    yield return item.Current;
            }
        }
    });

    [Fact]
    public Task Several_workers_may_all_give_up_and_still_have_something_to_say() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = Pipeline.From(TwoThenBlocked).Then(GiveUpThenSay, new() { Workers = 2 }).To(xs => xs.Count(x => x < 0 || first.TrySetResult())).Start();
        await first.Task;
        await gate.Arrived;
        await impatience.CancelAsync();
        gate.Open();
        Assert.InRange(await run.Completion, 2, 4); // the stage ends with the first of them

        IEnumerable<int> TwoThenBlocked()
        {
            yield return 1;
            gate.Pass();
            yield return 2;
        }

        async IAsyncEnumerable<int> GiveUpThenSay(IAsyncEnumerable<int> items)
        {
            await using var item = items.GetAsyncEnumerator(impatience.Token);
            while (await MoveNextUnlessCancelled(item))
                yield return item.Current;
            yield return -1;
        }
    });

    [Fact]
    public Task A_stage_that_lets_its_impatience_pass_fails_the_run_with_it() => Within.Time(async () =>
    {
        var depot = new Depot();
        var pipeline = Pipeline.From(() => depot.Parcels()).Then(Impatient).To(xs => xs.Count(p => p.Number >= 0));
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.RunAsync());
        Assert.Equal(impatience.Token, thrown.CancellationToken);
        Assert.InRange(depot.Made - depot.Disposed, 0, 6); // the sink's

        async IAsyncEnumerable<Parcel> Impatient(IAsyncEnumerable<Parcel> items)
        {
            await foreach (var item in items.WithCancellation(impatience.Token))
            {
                if (item.Number == 5)
                    await impatience.CancelAsync();
                yield return item;
            }
        }
    });

    private static async ValueTask<bool> MoveNextUnlessCancelled<T>(IAsyncEnumerator<T> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (OperationCanceledException e) when (e is not PipelineStoppedException)
        {
            return false;
        }
    }
}
