using System.Diagnostics;

namespace Penstock.Hosting.Tests.Queues;

/// <content>What a job brings along, and what is known of it.</content>
public abstract partial class JobQueueContract
{
    [ContractFact(Timeout = 120_000)]
    public async Task Counts_follow_the_jobs()
    {
        var (queue, store) = await StartAsync();
        await store.SubmitAsync(new Work("first"));
        await store.SubmitAsync(new Work("second"));
        await ExpectAsync(store, waiting: 2);

        var puller = Pull(queue);
        var first = await puller.NextAsync();
        await ExpectAsync(store, waiting: 1, inProgress: 1);
        await queue.CompleteAsync(first, default);
        var second = await puller.NextAsync();
        await ExpectAsync(store, waiting: 0, inProgress: 1);
        await queue.FailAsync(second, new JobRejectedException("no"), default);
        await ExpectAsync(store, waiting: 0, dead: 1);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task The_trace_of_the_submission_goes_with_the_job()
    {
        var (queue, store) = await StartAsync();
        using var activity = new Activity("submit").SetIdFormat(ActivityIdFormat.W3C);
        activity.TraceStateString = "vendor=1";
        activity.Start();
        await store.SubmitAsync(new Work("traced"));
        activity.Stop();
        await store.SubmitAsync(new Work("not traced"));

        var puller = Pull(queue);
        var traced = await puller.NextAsync();
        await queue.CompleteAsync(traced, default);
        var untraced = await puller.NextAsync();

        Assert.Equal((activity.Id, "vendor=1"), (traced.TraceParent, traced.TraceState));
        Assert.Null(untraced.TraceParent);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_name_that_is_taken_is_not_taken_twice()
    {
        if (!RemembersNames)
            return;
        var (queue, store) = await StartAsync();
        Assert.Equal("invoice 7", await store.SubmitAsync(new Work("a"), "invoice 7"));
        await store.SubmitAsync(new Work("b"), "invoice 7");
        await ExpectAsync(store, waiting: 1);

        var job = await Pull(queue).NextAsync();
        await store.SubmitAsync(new Work("c"), "invoice 7");
        await queue.FailAsync(job, new JobRejectedException(), default);
        await store.SubmitAsync(new Work("d"), "invoice 7");

        await ExpectAsync(store, waiting: 0, dead: 1);
        Assert.Equal("a", job.Payload.Text);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_completed_jobs_name_is_free_again()
    {
        var (queue, store) = await StartAsync();
        var puller = Pull(queue);
        for (var i = 0; i < 3; i++)
        {
            await store.SubmitAsync(new Work("again", i), "daily");
            var job = await puller.NextAsync();
            Assert.Equal(i, job.Payload.Number);
            await queue.CompleteAsync(job, default);
        }
    }
}
