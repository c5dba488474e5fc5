using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Penstock.Hosting.Tests.Queues;

/// <summary>What the queues without a server do besides.</summary>
public abstract class EmbeddedJobQueueContract : JobQueueContract
{
    private readonly List<EmbeddedJobQueue<Work>> queues = [];

    protected override FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var queue in queues)
            await queue.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_job_that_was_put_aside_can_be_tried_afresh()
    {
        var queue = await OpenEmbeddedAsync(new QueueSettings { MaxAttempts = 1 });
        await queue.SubmitAsync(new Work("fail"), "old");
        await queue.SubmitAsync(new Work("next"), "new");
        var puller = Pull(queue);
        await queue.FailAsync(await puller.NextAsync(), new IOException(), default);

        Assert.True(await queue.RetryDeadAsync("old"));
        Assert.False(await queue.RetryDeadAsync("old"));

        var job = await puller.NextAsync();
        Assert.Equal(("old", 1), (job.Id, job.Attempt));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_job_that_was_put_aside_can_be_deleted_and_no_other_one()
    {
        var queue = await OpenEmbeddedAsync(new QueueSettings { MaxAttempts = 1 });
        await queue.SubmitAsync(new Work("fail"), "id");
        Assert.False(await queue.DeleteDeadAsync("id"));
        await queue.FailAsync(await Pull(queue).NextAsync(), new IOException(), default);

        Assert.True(await queue.DeleteDeadAsync("id"));

        Assert.Equal(new JobCounts(0, 0, 0), await queue.CountAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task Dead_jobs_come_oldest_first()
    {
        var queue = await OpenEmbeddedAsync(new QueueSettings { MaxAttempts = 1 });
        for (var i = 0; i < 3; i++)
            await queue.SubmitAsync(new Work("fail", i), $"{i}");
        var puller = Pull(queue);
        var jobs = new[] { await puller.NextAsync(), await puller.NextAsync(), await puller.NextAsync() };
        foreach (var i in (int[])[1, 0, 2])
        {
            await queue.FailAsync(jobs[i], new IOException(), default);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["1", "0", "2"], await queue.DeadJobsAsync().Select(job => job.Id).ToListAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task Pauses_double_up_to_the_longest_and_are_cut_at_random_by_up_to_a_half()
    {
        var queue = await OpenEmbeddedAsync(new QueueSettings { MaxAttempts = 30, Backoff = TimeSpan.FromSeconds(1) });
        await queue.SubmitAsync(new Work("fail"));
        var puller = Pull(queue);
        for (var attempt = 1; attempt < 20; attempt++)
        {
            await queue.FailAsync(await puller.NextAsync(), new IOException(), default);
            puller.Ask();
            var whole = TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, attempt - 1)));
            Clock.Advance((whole / 2) - TimeSpan.FromMilliseconds(1));
            await queue.CountAsync();
            Assert.True(puller.Waits);
            Clock.Advance((whole / 2) + TimeSpan.FromMilliseconds(2));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_lease_may_be_longer_than_time_itself()
    {
        var queue = await OpenEmbeddedAsync(new QueueSettings { Lease = TimeSpan.MaxValue });
        await queue.SubmitAsync(new Work("forever"));
        var puller = Pull(queue);
        var job = await puller.NextAsync();
        puller.Ask();
        Clock.Advance(TimeSpan.FromDays(365));
        await queue.ExtendAsync(job, TimeSpan.MaxValue, default);
        await queue.SubmitAsync(new Work("next"));

        Assert.Equal("next", (await puller.NextAsync()).Payload.Text);
        await queue.CompleteAsync(job, default);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_long_reason_is_cut()
    {
        var queue = await OpenEmbeddedAsync(new());
        await queue.SubmitAsync(new Work("fail"));
        await queue.FailAsync(await Pull(queue).NextAsync(), new JobRejectedException(new string('x', 100_000)), default);

        Assert.Equal(1000, (await OnlyDeadAsync(queue)).Reason.Length);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_payload_over_the_limit_is_refused()
    {
        var queue = await OpenEmbeddedAsync(new());

        var e = await Assert.ThrowsAsync<ArgumentException>(() => queue.SubmitAsync(new Work(new string('x', 20 << 20))).AsTask());

        Assert.Contains("MaxPayloadBytes", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Nonsense_is_refused()
    {
        var queue = await OpenEmbeddedAsync(new());
        var stranger = new Job<Work> { Id = "x", Payload = new Work("x") };
        await Assert.ThrowsAsync<ArgumentNullException>(() => queue.SubmitAsync(null!).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => queue.SubmitAsync(new Work("x"), "").AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => queue.CompleteAsync(stranger, default).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => queue.ExtendAsync(stranger, TimeSpan.Zero, default).AsTask());
    }

    [Fact(Timeout = 120_000)]
    public async Task Disposing_finishes_what_was_asked_for_and_ends_all_pulling()
    {
        var queue = await OpenEmbeddedAsync(new());
        var puller = Pull(queue);
        puller.Ask();
        await queue.DisposeAsync();
        await queue.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(puller.NextAsync);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => queue.SubmitAsync(new Work("late")).AsTask());
    }

    [Fact(Timeout = 120_000)]
    public async Task What_is_cancelled_before_its_turn_is_not_done()
    {
        var queue = await OpenEmbeddedAsync(new());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue.SubmitAsync(new Work("never"), ct: new CancellationToken(canceled: true)).AsTask());

        Assert.Equal(0, (await queue.CountAsync()).Waiting);
    }

    [Fact(Timeout = 120_000)]
    public async Task Pulling_may_be_cancelled_at_any_moment_and_no_job_is_stranded()
    {
        const int count = 200;
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var queue = await OpenEmbeddedAsync(new());
        var (pulled, fruitless) = (0, 0);
        var submitting = Task.WhenAll(Enumerable.Range(0, count).Select(i => queue.SubmitAsync(new Work("race", i)).AsTask()));
        while (pulled < count)
        {
            // Longer and longer, so that a slow machine gets to pull as well.
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(3 + fruitless++)));
            try
            {
                await foreach (var job in queue.PullAsync(stop.Token))
                {
                    await queue.CompleteAsync(job, default);
                    pulled++;
                    fruitless /= 2;
                }
            }
            catch (OperationCanceledException)
            {
            }
        }

        await submitting;
        Assert.True(new JobCounts(0, 0, 0) == await queue.CountAsync(), $"Seed {seed}.");
    }

    protected override Task PassAsync(TimeSpan time)
    {
        Clock.Advance(time);
        return Task.CompletedTask;
    }

    protected override async Task<IJobQueue<Work>> OpenAsync(QueueSettings settings) => await OpenEmbeddedAsync(settings);

    protected async Task<EmbeddedJobQueue<Work>> OpenEmbeddedAsync(QueueSettings settings)
    {
        var queue = Open(settings);
        if (!queues.Contains(queue))
            queues.Add(queue);
        await Task.Yield();
        return queue;
    }

    protected abstract EmbeddedJobQueue<Work> Open(QueueSettings settings);

    protected static string Text(DeadJob job) => Encoding.UTF8.GetString(job.Payload.Span);
}
