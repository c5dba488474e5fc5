using System.Net;

namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>A broker that talks to nobody without a certificate, and the authority of all certificates.</summary>
public sealed class TlsBroker : IAsyncLifetime
{
    private readonly int port = Broker.FreePort();
    private Broker? broker;

    public Broker Broker => broker ?? throw new InvalidOperationException($"A broker is required (PENSTOCK_REQUIRE_BROKER=1), but {Broker.Missing}.");

    public Authority Authority { get; } = new();

    public Uri Uri => new($"amqps://guest:guest@127.0.0.1:{port}");

    /// <summary>By which a worker recognises the broker and is recognised.</summary>
    public RabbitMqTlsOptions Tls => new() { AuthorityFile = $"{Authority.Folder}/authority.pem", CertificateFile = $"{Authority.Folder}/worker.pem", KeyFile = $"{Authority.Folder}/worker.key" };

    public async Task InitializeAsync()
    {
        if (Broker.Missing is not null)
            return;
        Authority.Issue("server", IPAddress.Loopback);
        Authority.Issue("worker");
        broker = await Broker.StartNewAsync($"""
            listeners.ssl.1 = 127.0.0.1:{port}
            ssl_options.cacertfile = {Authority.Folder}/authority.pem
            ssl_options.certfile = {Authority.Folder}/server.pem
            ssl_options.keyfile = {Authority.Folder}/server.key
            ssl_options.verify = verify_peer
            ssl_options.fail_if_no_peer_cert = true
            """);
    }

    public async Task DisposeAsync()
    {
        if (broker is not null)
            await broker.DisposeAsync();
        Authority.Dispose();
    }
}
