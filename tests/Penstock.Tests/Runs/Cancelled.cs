using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>A run that is cancelled is no run that has come to its end, and no item of it has failed.</summary>
public class Cancelled
{
    [Fact]
    public Task By_a_token_that_its_stages_wait_for_too_gives_up_no_item() => Within.Time(async () =>
    {
        using var cancelling = new CancellationTokenSource();
        var letters = 0;
        var run = Pipeline.From(Items.Endless)
            .Select(
                async x =>
                {
                    await Task.Delay(Timeout.Infinite, cancelling.Token);
                    return x;
                },
                new StageOptions { Faults = FaultPolicy.Skip, MaxInFlight = 100 })
            .To(Items.Drop)
            .Start(new() { DeadLetter = _ => Interlocked.Increment(ref letters) }, cancelling.Token);
        await run.Until(s => s.Stages[0].InFlight == s.Stages[0].MaxInFlight);
        await Task.Run(cancelling.Cancel, CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.Equal(0, letters);
    });

    [Theory]
    [InlineData(Isolation.Thread, 1)]
    [InlineData(Isolation.Thread, 3)]
    [InlineData(Isolation.None, 1)]
    [InlineData(Isolation.None, 3)]
    public Task Never_looks_like_the_end_of_the_items(Isolation isolation, int workers) => Within.Time(async () =>
    {
        for (var round = 0; round < 300; round++)
        {
            var hasEnded = false;
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var run = Pipeline.From(Items.Endless).Then(xs => xs.Select(x => x), new StageOptions { Workers = workers }).To(Consume).Start(new() { Isolation = isolation });
            await begun.Task;
            run.Abort();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
            Assert.False(hasEnded);

            void Consume(IEnumerable<int> items)
            {
                foreach (var _ in items)
                    begun.TrySetResult();
                hasEnded = true;
            }
        }
    });

    [Fact]
    public Task A_last_block_that_awaits_what_got_the_stages_token_is_no_failure() => Within.Time(async () =>
    {
        Assert.Equal([0, 1, 2], await Pipeline.From(Fetch).To(xs => xs.Take(3).ToList()).RunAsync());

        static async IAsyncEnumerable<int> Fetch([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping = default)
        {
            var never = Task.Delay(Timeout.Infinite, stopping);
            try
            {
                for (var i = 0; ; i++)
                    yield return i;
            }
            finally
            {
                await never;
            }
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task A_generator_that_throws_before_it_asks_fails_the_run_whatever_the_policy(int workers) => Within.Time(async () =>
    {
        var run = Pipeline.From(Enumerable.Range(0, 10)).Then(HeaderThenThrow, new StageOptions { Workers = workers, Faults = FaultPolicy.Skip }).To(Items.Drop).RunAsync(new() { DeadLetter = _ => { } });
        await Assert.ThrowsAsync<FormatException>(() => run);

        static IEnumerable<int> HeaderThenThrow(IEnumerable<int> items)
        {
            yield return -1;
            throw new FormatException("no item was asked for");
        }
    });
}
