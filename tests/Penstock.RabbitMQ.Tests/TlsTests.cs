using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

[Collection(nameof(SharedBroker))]
public sealed class TlsTests : QueueTest
{
    [BrokerFact]
    public async Task Broker_and_worker_recognise_each_other_by_certificates()
    {
        var folder = Directory.CreateTempSubdirectory("penstock-tls-").FullName;
        try
        {
            using var authority = new Authority(folder);
            authority.Issue("server", IPAddress.Loopback);
            authority.Issue("worker");
            var port = Broker.FreePort();
            await using var broker = await Broker.StartNewAsync($"""
                listeners.ssl.1 = 127.0.0.1:{port}
                ssl_options.cacertfile = {folder}/authority.pem
                ssl_options.certfile = {folder}/server.pem
                ssl_options.keyfile = {folder}/server.key
                ssl_options.verify = verify_peer
                ssl_options.fail_if_no_peer_cert = true
                """);
            var options = Options(broker) with
            {
                Uri = new($"amqps://guest:guest@127.0.0.1:{port}"),
                ConnectTimeout = TimeSpan.FromSeconds(10),
                Tls = new() { AuthorityFile = $"{folder}/authority.pem", CertificateFile = $"{folder}/worker.pem", KeyFile = $"{folder}/worker.key" },
            };

            await Open<int>(options).SubmitAsync(1, ct: Soon);

            // By the machine's authorities the broker is a stranger, and by another name too.
            foreach (var tls in new[] { options.Tls with { AuthorityFile = null }, options.Tls with { ServerName = "other" } })
            {
                var error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await Open<int>(options with { Tls = tls }).SubmitAsync(1, ct: Soon));
                Assert.Contains("TLS failed", error.Message, StringComparison.Ordinal);
                Assert.False(error.IsTransient);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>An authority for one test and the certificates it signs, as PEM files.</summary>
    private sealed class Authority : IDisposable
    {
        private static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);

        private readonly string folder;
        private readonly RSA key = RSA.Create(2048);
        private readonly X509Certificate2 certificate;

        public Authority(string folder)
        {
            this.folder = folder;
            var request = Request("authority", key);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
            certificate = request.CreateSelfSigned(From, From.AddDays(3));
            File.WriteAllText($"{folder}/authority.pem", certificate.ExportCertificatePem());
        }

        public void Issue(string name, IPAddress? address = null)
        {
            using var own = RSA.Create(2048);
            var request = Request(name, own);
            if (address is not null)
            {
                var names = new SubjectAlternativeNameBuilder();
                names.AddIpAddress(address);
                request.CertificateExtensions.Add(names.Build());
            }

            using var signed = request.Create(certificate, From, From.AddDays(2), RandomNumberGenerator.GetBytes(8));
            File.WriteAllText($"{folder}/{name}.pem", signed.ExportCertificatePem());
            File.WriteAllText($"{folder}/{name}.key", own.ExportPkcs8PrivateKeyPem());
        }

        public void Dispose()
        {
            certificate.Dispose();
            key.Dispose();
        }

        private static CertificateRequest Request(string name, RSA key) => new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
