using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

/// <summary>The broker goes and comes back.</summary>
public sealed class BrokerRestartTests(OwnBroker own) : QueueTest, IClassFixture<OwnBroker>
{
    [BrokerFact]
    public async Task A_restart_loses_no_job_and_voids_what_was_in_flight()
    {
        var broker = await own.RunningAsync();
        var queue = Open<int>(Options(broker));
        for (var n = 0; n < 4; n++)
            await queue.SubmitAsync(n, ct: Soon);
        var jobs = Pulling(queue, 2, Soon);
        await queue.CompleteAsync(await NextAsync(jobs), Soon);
        var lost = await NextAsync(jobs);
        await NextAsync(jobs);
        var waiting = NextAsync(jobs);

        await broker.StopAsync();
        await Log.NextAsync("Trying again").WaitAsync(Soon);
        var error = await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.CompleteAsync(lost, Soon));
        Assert.Contains("is given to somebody else", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.FailAsync(lost, new InvalidOperationException(), Soon));
        await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.ReleaseAsync(lost, Soon));
        var submitting = queue.SubmitAsync(4, ct: Soon).AsTask();
        Assert.False(submitting.IsCompleted);
        await broker.StartAsync();

        await submitting;
        var rest = new SortedSet<int>();
        for (var job = await waiting; ; job = await NextAsync(jobs))
        {
            await queue.CompleteAsync(job, Soon);
            rest.Add(job.Payload);
            if (rest.IsSupersetOf([1, 2, 3, 4]))
                break;
        }

        await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.CompleteAsync(lost, Soon));
        Assert.Equal([1, 2, 3, 4], rest);
    }

    [BrokerFact]
    public Task A_kill_loses_no_job_of_a_quorum_queue() => KillLosesNothingAsync(quorum: true);

    [BrokerFact]
    public Task A_kill_loses_no_job_of_a_classic_queue() => KillLosesNothingAsync(quorum: false);

    [BrokerFact]
    public async Task A_broker_ends_with_the_tests_that_started_it() => await (await own.RunningAsync()).OrphanAsync();

    [BrokerFact]
    public async Task Without_a_broker_submitting_waits_for_the_time_allowed_and_pulling_goes_on_when_it_comes()
    {
        var broker = await own.RunningAsync();
        await Open<int>(Options(broker)).SubmitAsync(1, ct: Soon);
        var queue = Open<int>(Options(broker) with { SubmitTimeout = TimeSpan.FromSeconds(5) });
        await queue.CountAsync(Soon);
        var jobs = Pulling(queue, 1, Soon);
        await queue.CompleteAsync(await NextAsync(jobs), Soon);
        var next = NextAsync(jobs);
        await broker.KillAsync();

        RabbitMqJobQueueException error;
        do // the time allowed may be over in the middle of a try
            error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await queue.SubmitAsync(2, ct: Soon));
        while (!error.Message.Contains($"nothing listens on port {broker.Port} there. Is the broker running", StringComparison.Ordinal));

        Assert.True(error.IsTransient);
        await broker.StartAsync();
        await Open<int>(Options(broker)).SubmitAsync(3, ct: Soon);

        // The first may come again: the broker was killed before its completion was safe.
        for (var job = await next; job.Payload != 3; job = await NextAsync(jobs))
        {
            Assert.Equal(1, job.Payload);
            await queue.CompleteAsync(job, Soon);
        }
    }

    [BrokerFact]
    public async Task A_connection_that_the_broker_closes_is_made_again()
    {
        var broker = await own.RunningAsync();
        var queue = Open<int>(Options(broker));
        await queue.SubmitAsync(1, ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        var lost = await NextAsync(jobs);
        var next = NextAsync(jobs);

        await broker.ControlAsync("close_all_connections", "by an operator");
        var again = await next;

        Assert.Equal((lost.Id, 2), (again.Id, again.Attempt));
        var error = await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.CompleteAsync(lost, Soon));
        Assert.Contains("by an operator", error.Message, StringComparison.Ordinal);
        await queue.CompleteAsync(again, Soon);
        await queue.SubmitAsync(2, ct: Soon);
        Assert.Equal(2, (await NextAsync(jobs)).Payload);
    }

    [BrokerFact]
    public async Task A_worker_still_busy_with_jobs_of_a_lost_connection_is_sent_no_more_than_it_has_room_for()
    {
        var broker = await own.RunningAsync();
        var queue = Open<int>(Options(broker));
        await queue.SubmitAsync(0, ct: Soon);
        await queue.SubmitAsync(1, ct: Soon);
        var busy = Pulling(queue, 3, Soon);
        var lost = new[] { await NextAsync(busy), await NextAsync(busy) };
        var third = NextAsync(busy);

        await broker.ControlAsync("close_all_connections", "by an operator");
        await third; // one of the two has come again; for what follows there is no room
        for (var n = 2; n < 5; n++)
            await queue.SubmitAsync(n, ct: Soon);
        var idle = Open<int>(Options(broker));
        using var enough = new CancellationTokenSource();
        var jobs = Pulling(idle, 1, enough.Token);
        for (var n = 0; n < 4; n++)
            await idle.CompleteAsync(await NextAsync(jobs), Soon);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await jobs.MoveNextAsync());

        foreach (var job in lost)
            await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.CompleteAsync(job, Soon));
        for (var n = 5; n < 7; n++)
            await queue.SubmitAsync(n, ct: Soon);
        Assert.Equal([5, 6], new[] { (await NextAsync(busy)).Payload, (await NextAsync(busy)).Payload }.Order());
    }

    [BrokerFact]
    public async Task A_connection_that_breaks_while_more_is_sent_than_it_carries_is_made_again()
    {
        await using var line = Line.To(await own.RunningAsync());
        var queue = Open<byte[]>(Options(await own.RunningAsync()) with { Uri = line.Uri });
        await queue.SubmitAsync([], ct: Soon);

        line.Hold();
        var submits = Enumerable.Range(1, 600).Select(async _ => await queue.SubmitAsync(new byte[Line.BufferSize], ct: Soon)).ToArray();
        line.Cut();

        await Task.WhenAll(submits);
        await ExpectAsync(queue, waiting: 601);
    }

    [BrokerFact]
    public async Task A_worker_is_degraded_while_the_broker_is_away()
    {
        var broker = await own.RunningAsync();
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var pulled = new TaskCompletionSource();
        builder.Services.AddSingleton<ILoggerFactory>(Log).AddRabbitMqJobQueue<int>(_ => Options(broker));
        builder.Services.AddPipelineWorker<int, int>(jobs => jobs.Select(job => job), (_, _) =>
        {
            pulled.SetResult();
            return default;
        });
        using var host = builder.Build();
        await host.StartAsync(Soon);
        var queue = host.Services.GetRequiredService<RabbitMqJobQueue<int>>();
        await queue.SubmitAsync(1, ct: Soon);
        await pulled.Task.WaitAsync(Soon);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync()).Status);
        Assert.Null(queue.Outage);

        await broker.StopAsync();
        await Log.NextAsync($"nothing listens on port {broker.Port} there").WaitAsync(Soon);
        var away = await HealthAsync();
        Assert.Equal(HealthStatus.Degraded, away.Status);
        Assert.Contains("The queue has been away since", away.Description, StringComparison.Ordinal);
        Assert.Contains($"nothing listens on port {broker.Port} there", away.Description, StringComparison.Ordinal);
        var since = queue.Outage!.Since;
        await Log.NextAsync("Trying again").WaitAsync(Soon);
        Assert.Equal(since, queue.Outage!.Since);

        await broker.StartAsync(); // the worker has no job to do, and is well again
        while ((await HealthAsync()).Status != HealthStatus.Healthy)
            await Task.Delay(10, Soon);
        await host.StopAsync(Soon);

        async Task<HealthReportEntry> HealthAsync() => (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Soon)).Entries["Worker"];
    }

    [BrokerFact]
    public async Task An_outage_is_over_when_the_broker_is_back_though_nobody_has_room_for_another_job()
    {
        var broker = await own.RunningAsync();
        var queue = Open<int>(Options(broker));
        await queue.SubmitAsync(1, ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        var lost = await NextAsync(jobs);

        await broker.StopAsync();
        await Log.NextAsync("Trying again").WaitAsync(Soon);
        Assert.NotNull(queue.Outage);
        var back = Log.NextAsync("The connection to pulling is there again");
        await broker.StartAsync();

        await back.WaitAsync(Soon);
        Assert.Null(queue.Outage);
        await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.CompleteAsync(lost, Soon));
        var again = await NextAsync(jobs);
        Assert.Equal((lost.Id, 2), (again.Id, again.Attempt));
    }

    private async Task KillLosesNothingAsync(bool quorum)
    {
        var broker = await own.RunningAsync();
        var options = Options(broker) with { Quorum = quorum };
        var queue = Open<int>(options);
        await queue.CountAsync(Soon);

        // What was confirmed before and around the kill must be there after it.
        var submits = Enumerable.Range(0, 2000).Select(async n => await queue.SubmitAsync(n, ct: Soon)).ToArray();
        await submits[200];
        await broker.KillAsync();
        var confirmedBefore = submits.Count(s => s.IsCompletedSuccessfully);
        await broker.StartAsync();
        await Task.WhenAll(submits);

        Assert.InRange(confirmedBefore, 1, 2000);
        var seen = new HashSet<int>();
        var jobs = Pulling(queue, 100, Soon);
        while (seen.Count < 2000)
        {
            var job = await NextAsync(jobs);
            seen.Add(job.Payload);
            await queue.CompleteAsync(job, Soon);
        }
    }
}
