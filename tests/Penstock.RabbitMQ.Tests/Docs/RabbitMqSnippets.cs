using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;
using Penstock.Tests.Docs;

namespace Penstock.RabbitMQ.Tests.Docs;

/// <summary>The code blocks of docs/rabbitmq.md, which run.</summary>
[Collection(nameof(SharedBroker))]
public sealed class RabbitMqSnippets(SharedBroker shared) : QueueTest
{
    private const string Guide = "docs/rabbitmq.md";

    private readonly TaskCompletionSource<string> stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public void The_guide_shows_what_runs() => Assert.Equal(Snippets.ShownIn(Guide), Snippets.ThatRun());

    [BrokerFact]
    public async Task An_address_is_enough()
    {
        var address = shared.Broker.Uri;
        using var stop = new CancellationTokenSource();
        var stoppingToken = stop.Token;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(WorkAsync);

        await ExpectAsync(Open<Scan>(Options(shared.Broker) with { Queue = "scans" }), waiting: 0);

        async Task WorkAsync()
        {
            #region snippet
            await using var queue = new RabbitMqJobQueue<Scan>(new() { Uri = address, Queue = "scans" }); // amqp://user:password@broker/

            await queue.SubmitAsync(new Scan("/mnt/scans/17.tif"));

            await foreach (var job in queue.PullAsync(maxInFlight: 4, stoppingToken))
            {
                Read(job.Payload);
                await queue.CompleteAsync(job);
            }
            #endregion
        }

        void Read(Scan scan)
        {
            Assert.Equal("/mnt/scans/17.tif", scan.File);
            stop.Cancel();
        }
    }

    [BrokerFact]
    public async Task A_worker_takes_its_queue_from_the_configuration()
    {
        var args = Array.Empty<string>();

        #region snippet
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddRabbitMqJobQueue<Scan>();
        builder.Services.AddPipelineWorker<Scan, Text>(
            scans => scans.Then(ReadAll, new() { Workers = 4 }), // IEnumerable<Text> ReadAll(IEnumerable<Scan> scans)
            async (job, ct) => await StoreAsync(job.Id, job.Payload, ct));
        #endregion

        using var json = new MemoryStream(Encoding.UTF8.GetBytes(Snippets.Read(Guide).Split("```json")[1].Split("```")[0]));
        builder.Configuration.AddJsonStream(json);
        Assert.Equal("worker", builder.Configuration["Penstock:RabbitMQ:UserName"]);
        builder.Configuration["Penstock:RabbitMQ:Uri"] = $"{shared.Broker.Uri}";
        builder.Configuration["Penstock:RabbitMQ:UserName"] = "guest";
        builder.Configuration["Penstock:RabbitMQ:Queue"] = Name;
        using var host = builder.Build();
        await host.StartAsync(Soon);
        await host.Services.GetRequiredService<IJobStore<Scan>>().SubmitAsync(new Scan("17.tif"), "17", Soon);

        Assert.Equal("17: 17.tif was read", await stored.Task.WaitAsync(Soon));
        await host.StopAsync(Soon);
    }

    [Fact(Timeout = 120_000)]
    public async Task Tls_is_a_matter_of_options()
    {
        var password = "secret";

        #region snippet
        var options = new RabbitMqJobQueueOptions
        {
            Uri = new("amqps://broker/"),
            UserName = "worker",
            Password = password,
            Tls = new() { AuthorityFile = "/etc/penstock/authority.pem", CertificateFile = "/etc/penstock/worker.pem", KeyFile = "/etc/penstock/worker.key" },
        };
        #endregion

        // The files are read first of all.
        var error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await Open<Scan>(options).SubmitAsync(new Scan("17.tif"), ct: Soon));
        Assert.Contains("/etc/penstock/", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<Text> ReadAll(IEnumerable<Scan> scans)
    {
        foreach (var scan in scans)
            yield return new Text($"{scan.File} was read");
    }

    private ValueTask StoreAsync(string id, Text text, CancellationToken ct)
    {
        stored.SetResult($"{id}: {text.Words}");
        return default;
    }

    internal sealed record Scan(string File);

    internal sealed record Text(string Words);
}
