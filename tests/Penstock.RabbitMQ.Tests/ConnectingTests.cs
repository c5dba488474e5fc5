using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

[Collection(nameof(SharedBroker))]
public sealed class ConnectingTests(SharedBroker shared) : QueueTest
{
    private Broker Broker => shared.Broker;

    [BrokerFact]
    public async Task An_address_and_a_name_are_enough()
    {
        var queue = Open<string>(new() { Uri = Broker.Uri, Queue = Name });

        await queue.SubmitAsync("hello", ct: Soon);

        var jobs = Pulling(queue, 1, Soon);
        Assert.Equal("hello", (await NextAsync(jobs)).Payload);
    }

    [BrokerFact]
    public async Task A_wrong_password_is_told_at_once_and_never_repeated()
    {
        var error = await FailsAsync(Options(Broker) with { Uri = Broker.At("guest:not-the-word", "") });

        Assert.Contains("user 'guest' or its password is wrong", error, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-word", error + string.Concat(Log.All), StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task A_broker_that_hangs_up_at_the_login_as_one_that_stops_does_is_waited_for()
    {
        await using var line = Line.To(Broker);
        line.HangUpOn("guest");

        var error = await FailsAsync(Options(Broker) with { Uri = line.Uri, ConnectTimeout = TimeSpan.FromSeconds(3), SubmitTimeout = TimeSpan.FromSeconds(3) }, isTransient: true);

        Assert.Contains("it hung up while user 'guest' logged in", error, StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task A_missing_virtual_host_is_named_with_the_cure()
    {
        var error = await FailsAsync(Options(Broker) with { Uri = Broker.At("guest:guest", "nowhere") });

        Assert.Contains("there is no virtual host 'nowhere'. Create it with rabbitmqctl add_vhost", error, StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task A_virtual_host_that_the_user_may_not_use_is_named_with_the_cure()
    {
        var error = await FailsAsync(Options(Broker) with { Uri = Broker.At("reader:secret!", "other%2Fone") });

        Assert.Contains("user 'reader' may not use virtual host 'other/one'", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret!", error, StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task A_virtual_host_with_a_slash_in_its_name_works()
    {
        var queue = Open<string>(Options(Broker) with { Uri = Broker.At("guest:guest", "other%2Fone") });

        await queue.SubmitAsync("there", ct: Soon);

        await ExpectAsync(queue, waiting: 1);
    }

    [BrokerFact]
    public async Task A_limit_of_connections_is_named_with_the_cure_and_waited_for()
    {
        foreach (var (limit, unlimit, uri) in new (string[], string[], Uri)[]
        {
            (["set_vhost_limits", "-p", "other/one", """{"max-connections":0}"""], ["clear_vhost_limits", "-p", "other/one"], Broker.At("guest:guest", "other%2Fone")),
            (["set_user_limits", "writer", """{"max-connections":0}"""], ["clear_user_limits", "writer", "all"], Broker.At("writer:secret!", "")),
        })
        {
            await Open<int>(Options(Broker) with { Uri = Broker.At("guest:guest", uri.AbsolutePath[1..]) }).CountAsync(Soon);
            await Broker.ControlAsync(limit);
            var options = Options(Broker) with { Uri = uri, Declare = false };
            var error = await FailsAsync(options with { ConnectTimeout = TimeSpan.FromSeconds(2) }, isTransient: true);
            Assert.Contains($"at {BrokerAddress.From(options)}: the broker allows no more of them", error, StringComparison.Ordinal);
            Assert.Contains("limit (0) is reached", error, StringComparison.Ordinal);
            Assert.Contains("Raise the limit with rabbitmqctl set_vhost_limits or set_user_limits, or run fewer workers.", error, StringComparison.Ordinal);

            var refused = Log.NextAsync("allows no more of them");
            var submitting = Open<int>(options).SubmitAsync(1, ct: Soon).AsTask();
            await refused.WaitAsync(Soon);
            await Broker.ControlAsync(unlimit);
            await submitting;
        }
    }

    [BrokerFact]
    public async Task A_missing_permission_is_told_with_the_cure()
    {
        var error = await FailsAsync(Options(Broker) with { Uri = Broker.At("reader:secret!", "") });

        Assert.Contains($"Declaring exchange '{Name}.dead' failed", error, StringComparison.Ordinal);
        Assert.Contains("user 'reader' lacks the permission. Give it with rabbitmqctl set_permissions -p '/' 'reader'", error, StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task Who_may_only_write_is_told_when_pulling()
    {
        await Open<int>(Options(Broker)).CountAsync(Soon);
        var queue = Open<int>(Options(Broker) with { Declare = false, Uri = Broker.At("writer:secret!", "") });
        await queue.SubmitAsync(1, ct: Soon);

        var error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await Pulling(queue, 1, Soon).MoveNextAsync());

        Assert.Contains($"Pulling from queue '{Name}' failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("user 'writer' lacks the permission", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [BrokerFact]
    public async Task A_queue_that_was_declared_differently_is_named_with_the_cure()
    {
        var channel = await ChannelAsync(Broker);
        await channel.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false, cancellationToken: Soon);

        var error = await FailsAsync(Options(Broker));

        Assert.Contains($"Declaring queue '{Name}' failed", error, StringComparison.Ordinal);
        Assert.Contains("it is there already, declared differently", error, StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task A_queue_that_must_be_there_and_is_not_is_named_with_the_cure()
    {
        var error = await FailsAsync(Options(Broker) with { Declare = false });

        Assert.Contains($"'{Name}.dead' failed", error, StringComparison.Ordinal);
        Assert.Contains("virtual host '/'", error, StringComparison.Ordinal);
        Assert.Contains("Create it, or let the queue do so: RabbitMqJobQueueOptions.Declare = true", error, StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task Queues_that_are_there_need_not_be_declared()
    {
        await Open<int>(Options(Broker)).CountAsync(Soon);

        await Open<int>(Options(Broker) with { Declare = false }).SubmitAsync(1, ct: Soon);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_port_on_which_nothing_listens_is_tried_for_the_time_allowed()
    {
        var port = Broker.FreePort();
        var options = new RabbitMqJobQueueOptions { Uri = new($"amqp://guest:hidden@127.0.0.1:{port}"), ConnectTimeout = TimeSpan.FromSeconds(3), LoggerFactory = Log };

        var error = await FailsAsync(options, isTransient: true);

        Assert.Contains($"nothing listens on port {port} there", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error + string.Concat(Log.All), StringComparison.Ordinal);
        Assert.Contains(Log.All, line => line.Contains("Trying again in", StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task An_unknown_host_is_named()
    {
        var error = await FailsAsync(new() { Uri = new("amqp://no-such-host.invalid"), ConnectTimeout = TimeSpan.FromSeconds(4) }, isTransient: true);

        Assert.Contains("the name 'no-such-host.invalid' is unknown", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_cancelled_token_ends_the_connecting()
    {
        var queue = Open<int>(new() { Uri = new($"amqp://127.0.0.1:{Broker.FreePort()}"), LoggerFactory = Log });
        using var cancel = new CancellationTokenSource();
        var connecting = Log.NextAsync("Trying again");
        var (submitting, pulling) = (queue.SubmitAsync(1, ct: cancel.Token).AsTask(), Pulling(queue, 1, cancel.Token).MoveNextAsync().AsTask());
        await connecting.WaitAsync(Soon);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => submitting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pulling);
    }

    /// <summary>Pulling and submitting must fail alike.</summary>
    private async Task<string> FailsAsync(RabbitMqJobQueueOptions options, bool isTransient = false)
    {
        var queue = Open<int>(options);

        var submitting = await FailureAsync(async () => await queue.SubmitAsync(1, ct: Soon));
        var pulling = await FailureAsync(async () => await Pulling(queue, 1, Soon).MoveNextAsync());

        Assert.Equal((isTransient, isTransient), (submitting.IsTransient, pulling.IsTransient));
        Assert.Equal(submitting.Message, pulling.Message);
        return submitting.ToString();
    }

    private static async Task<RabbitMqJobQueueException> FailureAsync(Func<Task> connect)
    {
        RabbitMqJobQueueException failure;
        do // the time allowed may be over in the middle of the first try
            failure = await Assert.ThrowsAsync<RabbitMqJobQueueException>(connect);
        while (failure.Message.Contains("it did not answer in time", StringComparison.Ordinal));
        return failure;
    }
}
