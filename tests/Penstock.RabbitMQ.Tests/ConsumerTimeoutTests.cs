using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

[Collection(nameof(SharedBroker))]
public sealed class ConsumerTimeoutTests(SharedBroker shared) : QueueTest
{
    [BrokerFact]
    public async Task A_job_that_outlasts_the_brokers_timeout_is_given_to_the_next_and_the_cure_is_told()
    {
        // The broker looks once a minute, unless told otherwise.
        await using var broker = await Broker.StartNewAsync(advanced: "[{rabbit, [{consumer_timeout, 2000}, {channel_tick_interval, 500}]}].");
        var queue = Open<int>(Options(broker));
        await queue.SubmitAsync(1, ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        var slow = await NextAsync(jobs);

        var again = await NextAsync(jobs);
        await queue.CompleteAsync(again, Soon); // before its time is over, too

        Assert.Equal((slow.Id, 2), (again.Id, again.Attempt));
        var error = await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.CompleteAsync(slow, Soon));
        const string Cure = "Set consumer_timeout in rabbitmq.conf, in milliseconds, above the longest time that a job may take";
        Assert.Contains(Cure, error.Message, StringComparison.Ordinal);
        Assert.Contains(Log.All, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(Cure, StringComparison.Ordinal));
    }

    [BrokerFact]
    public async Task A_timeout_for_the_queue_that_the_broker_does_not_know_is_a_warning()
    {
        var broker = shared.Broker;
        var queue = Open<int>(Options(broker) with { ConsumerTimeout = TimeSpan.FromHours(1) });

        await queue.SubmitAsync(1, ct: Soon);

        if (await VersionAsync(broker) < new Version(3, 12))
            Assert.Contains(Log.All, line => line.Contains("RabbitMqJobQueueOptions.ConsumerTimeout has no effect: RabbitMQ 3.", StringComparison.Ordinal));
    }

    private async Task<Version> VersionAsync(Broker broker)
    {
        var connection = await new global::RabbitMQ.Client.ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync(Soon);
        await using (connection)
            return Version.Parse(System.Text.Encoding.UTF8.GetString((byte[])connection.ServerProperties!["version"]!));
    }
}
