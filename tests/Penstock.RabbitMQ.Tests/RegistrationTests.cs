using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

/// <summary>A queue is added in one line, and is what the configuration says.</summary>
[Collection(nameof(SharedBroker))]
public sealed class RegistrationTests(SharedBroker shared) : QueueTest
{
    private const string Word = "pa55:word/";

    [BrokerFact]
    public async Task A_registered_queue_is_one_for_workers_and_submitters_and_ends_with_the_host()
    {
        var host = Build(("Uri", $"amqp://127.0.0.1:{shared.Broker.Port}"), ("UserName", "guest"), ("Password", "guest"), ("Queue", Name));
        var queue = host.Services.GetRequiredService<RabbitMqJobQueue<int>>();
        Assert.Same(queue, host.Services.GetRequiredService<IJobQueue<int>>());
        await host.Services.GetRequiredService<IJobStore<int>>().SubmitAsync(7, ct: Soon);
        var job = await NextAsync(Pulling(queue, 1, Soon));
        Assert.Equal(7, job.Payload);
        await queue.CompleteAsync(job, Soon);

        host.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await queue.SubmitAsync(8, ct: Soon));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_host_that_is_disposed_asynchronously_disposes_of_the_queue()
    {
        var host = Build(("Uri", "amqp://broker"));
        var queue = host.Services.GetRequiredService<IJobStore<int>>();
        Assert.Same(queue, host.Services.GetRequiredService<IJobQueue<int>>());

        await ((IAsyncDisposable)host).DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await queue.SubmitAsync(8, ct: Soon));
    }

    [Fact]
    public void All_that_is_text_can_be_bound()
    {
        var options = Bind(
            ("Uri", "amqps://broker:123/a%2Fb"),
            ("UserName", "worker"),
            ("Password", Word),
            ("Queue", "scans"),
            ("Quorum", "false"),
            ("MaxAttempts", "3"),
            ("Backoff", "00:00:02"),
            ("ConsumerTimeout", "04:00:00"),
            ("Tls:AuthorityFile", "/etc/authority.pem"),
            ("Tls:KeyPassword", Word));

        Assert.Equal("RabbitMqJobQueueOptions { queue 'scans' at amqps://worker@broker:123, virtual host 'a/b' }", options.ToString());
        Assert.Equal((Word, Word), (options.Password, options.Tls.KeyPassword));
        Assert.Equal((false, 3, TimeSpan.FromSeconds(2), TimeSpan.FromHours(4)), (options.Quorum, options.MaxAttempts, options.Backoff, options.ConsumerTimeout!.Value));
        Assert.Equal("/etc/authority.pem", options.Tls.AuthorityFile);
        Assert.NotNull(options.LoggerFactory);
    }

    [Fact]
    public void A_password_may_come_from_the_environment()
    {
        const string Variable = "Penstock__RabbitMQ__Password";
        Environment.SetEnvironmentVariable(Variable, Word);
        try
        {
            Assert.Equal(Word, Bind(("Uri", "amqp://broker")).Password);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    [Fact]
    public void A_missing_address_is_an_error_that_names_the_setting()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Bind(("Queue", "scans")));

        Assert.Contains("Penstock:RabbitMQ:Uri is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("Penstock__RabbitMQ__Uri", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amqp://me:pa55word@broker:99999")]
    [InlineData("amqp://me:pa55word@bro ker")]
    [InlineData("//me:pa55word@broker")]
    [InlineData("http://me:pa55word@broker")]
    public void A_bad_address_is_refused_without_repeating_it(string uri)
    {
        var error = Assert.ThrowsAny<Exception>(() => Bind(("Uri", uri)));

        Assert.Contains("amqp[s]://user:password@host:port/vhost", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pa55word", error.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_password_in_the_configuration_is_never_repeated()
    {
        using var host = Build(("Uri", $"amqp://127.0.0.1:{Broker.FreePort()}"), ("Password", Word), ("ConnectTimeout", "00:00:03"));

        var error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await host.Services.GetRequiredService<IJobStore<int>>().SubmitAsync(1, ct: Soon));

        Assert.NotEmpty(Log.All);
        Assert.DoesNotContain(Word, error + string.Concat(Log.All), StringComparison.Ordinal);
    }

    /// <summary>The options that reach the queue.</summary>
    private RabbitMqJobQueueOptions Bind(params (string Setting, string Value)[] settings)
    {
        RabbitMqJobQueueOptions? bound = null;
        using var host = Build(settings, options => bound = options);
        host.Services.GetRequiredService<IJobQueue<int>>();
        return bound!;
    }

    private IHost Build(params (string Setting, string Value)[] settings) => Build(settings, configure: null);

    private IHost Build((string Setting, string Value)[] settings, Func<RabbitMqJobQueueOptions, RabbitMqJobQueueOptions>? configure)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(each => KeyValuePair.Create($"Penstock:RabbitMQ:{each.Setting}", (string?)each.Value)));
        builder.Configuration.AddEnvironmentVariables();
        builder.Services.AddSingleton<ILoggerFactory>(Log).AddRabbitMqJobQueue<int>(configure);
        return builder.Build();
    }
}
