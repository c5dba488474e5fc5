using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

public sealed class TlsTests(TlsBroker own) : QueueTest, IClassFixture<TlsBroker>
{
    private RabbitMqJobQueueOptions Secured => Options(own.Broker) with { Uri = own.Uri, ConnectTimeout = TimeSpan.FromSeconds(10), Tls = own.Tls };

    [BrokerFact]
    public async Task Broker_and_worker_recognise_each_other_by_certificates()
    {
        await Open<int>(Secured).SubmitAsync(1, ct: Soon);

        // By the machine's authorities the broker is a stranger, and by another name too.
        foreach (var tls in new[] { own.Tls with { AuthorityFile = null }, own.Tls with { ServerName = "other" } })
        {
            var error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await Open<int>(Secured with { Tls = tls }).SubmitAsync(1, ct: Soon));
            Assert.Contains("TLS failed", error.Message, StringComparison.Ordinal);
            Assert.False(error.IsTransient);
        }
    }

    [BrokerFact]
    public async Task A_certificate_that_is_renewed_while_the_broker_refuses_the_old_one_ends_the_waiting()
    {
        var queue = Open<int>(Secured);
        await queue.SubmitAsync(1, ct: Soon);
        own.Authority.Issue("worker", until: -1); // its time is over
        var refused = Log.NextAsync("Trying again");
        await own.Broker.ControlAsync("close_all_connections", "as certificates have changed");
        var submitting = queue.SubmitAsync(2, ct: Soon).AsTask();
        await refused.WaitAsync(Soon);

        own.Authority.Issue("worker");

        await submitting;
        await ExpectAsync(queue, waiting: 2);
    }
}
