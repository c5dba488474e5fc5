namespace Penstock.Hosting.Tests.Queues;

/// <content>What becomes of a job that was pulled.</content>
public abstract partial class JobQueueContract
{
    [ContractFact(Timeout = 120_000)]
    public async Task A_failed_job_is_tried_again_after_a_pause()
    {
        var settings = new QueueSettings { Backoff = TimeSpan.FromMilliseconds(200) };
        var (queue, store) = await StartAsync(settings);
        var id = await store.SubmitAsync(new Work("try"));
        Job<Work> job;
        await using (var first = new Puller<Work>(queue))
            job = await first.NextAsync();
        var start = Clock.GetTimestamp();
        await queue.FailAsync(job, new IOException("no luck"), default);
        await ExpectAsync(store, waiting: 1);

        var puller = Pull(queue);
        puller.Ask();
        await store.CountAsync();
        Assert.True(puller.Waits || HasPaused());
        await PassAsync(settings.Backoff);

        var again = await puller.NextAsync();
        Assert.Equal((id, 2), (again.Id, again.Attempt));
        Assert.True(HasPaused());

        // A pause may be cut by up to a half.
        bool HasPaused() => Clock.GetElapsedTime(start) >= settings.Backoff / 2;
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_job_that_fails_too_often_is_put_aside_with_the_reason()
    {
        var settings = new QueueSettings { MaxAttempts = 3, Backoff = TimeSpan.FromMilliseconds(10) };
        var (queue, store) = await StartAsync(settings);
        var id = await store.SubmitAsync(new Work("fail"));
        var puller = Pull(queue);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            puller.Ask();
            await PassAsync(10 * settings.Backoff);
            var job = await puller.NextAsync();
            Assert.Equal(attempt, job.Attempt);
            await queue.FailAsync(job, new InvalidOperationException($"luck {attempt} has run out"), default);
        }

        var dead = await OnlyDeadAsync(store);
        Assert.Equal((id, 3), (dead.Id, dead.Attempts));
        Assert.Contains(nameof(InvalidOperationException), dead.Reason, StringComparison.Ordinal);
        Assert.Contains("luck 3 has run out", dead.Reason, StringComparison.Ordinal);
        Assert.Contains("fail", System.Text.Encoding.UTF8.GetString(dead.Payload.Span), StringComparison.Ordinal);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_reason_whose_message_throws_is_told_by_its_type()
    {
        var (queue, store) = await StartAsync(new QueueSettings { MaxAttempts = 1 });
        await store.SubmitAsync(new Work("mute"));
        await queue.FailAsync(await Pull(queue).NextAsync(), new MuteException(), default);

        Assert.Contains(nameof(MuteException), (await OnlyDeadAsync(store)).Reason, StringComparison.Ordinal);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_rejected_job_is_put_aside_at_once()
    {
        var (queue, store) = await StartAsync();
        await store.SubmitAsync(new Work("impossible"));
        await queue.FailAsync(await Pull(queue).NextAsync(), new JobRejectedException("not with me"), default);

        Assert.Contains("not with me", (await OnlyDeadAsync(store)).Reason, StringComparison.Ordinal);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_released_job_has_lost_nothing()
    {
        var (queue, store) = await StartAsync(new QueueSettings { MaxAttempts = 2 });
        var first = await store.SubmitAsync(new Work("first"));
        await store.SubmitAsync(new Work("second"));
        var puller = Pull(queue);
        for (var i = 0; i < 5; i++)
        {
            var job = await puller.NextAsync();
            if (KeepsPlaces)
                Assert.Equal(first, job.Id);
            Assert.Equal(1, job.Attempt);
            await queue.ReleaseAsync(job, default);
        }
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_settled_job_cannot_be_settled_again()
    {
        var (queue, store) = await StartAsync();
        await store.SubmitAsync(new Work("once"));
        var job = await Pull(queue).NextAsync();
        await queue.CompleteAsync(job, default);

        await AssertLostAsync(queue, job);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task What_a_pipeline_has_made_of_a_job_settles_it()
    {
        var (queue, store) = await StartAsync();
        var id = await store.SubmitAsync(new Work("change me"));
        var job = (await Pull(queue).NextAsync()).With("something else").With(new Work("new"));

        await queue.CompleteAsync(job, default);

        Assert.Equal(id, job.Id);
        await ExpectAsync(store, waiting: 0);
    }

    private sealed class MuteException : Exception
    {
        public override string Message => throw new InvalidOperationException("nothing to say");
    }
}
