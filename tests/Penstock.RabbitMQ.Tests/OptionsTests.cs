using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Messages;

namespace Penstock.RabbitMQ.Tests;

public sealed class OptionsTests
{
    private static readonly RabbitMqJobQueueOptions Good = new() { Uri = new("amqp://me:top%2Fsecret@broker:123/a%2Fb") };

    [Fact]
    public void The_address_is_taken_apart_and_unescaped()
    {
        var factory = BrokerAddress.From(Good).CreateFactory(Good);

        Assert.Equal(("broker", 123, "a/b", "me", "top/secret"), (factory.HostName, factory.Port, factory.VirtualHost, factory.UserName, factory.Password));
        Assert.False(factory.Ssl.Enabled);
        Assert.False(factory.AutomaticRecoveryEnabled);
    }

    [Theory]
    [InlineData("amqp://broker", 5672, "/", "guest", "guest")]
    [InlineData("amqp://broker/", 5672, "/", "guest", "guest")]
    [InlineData("amqps://me@broker/x", 5671, "x", "me", "")]
    public void What_the_address_leaves_out_has_the_usual_value(string uri, int port, string virtualHost, string user, string password)
    {
        var options = new RabbitMqJobQueueOptions { Uri = new(uri) };
        var factory = BrokerAddress.From(options).CreateFactory(options);

        Assert.Equal((port, virtualHost, user, password), (factory.Port, factory.VirtualHost, factory.UserName, factory.Password));
    }

    [Fact]
    public void Json_options_need_no_resolver() =>
        Assert.Equal("{\"n\":1}"u8, new PayloadJson<Numbered>(Good with { Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase } }).Write(new(1)));

    [Fact]
    public void User_and_password_in_the_options_win_over_those_in_the_address()
    {
        var options = Good with { UserName = "you", Password = "other" };
        var factory = BrokerAddress.From(options).CreateFactory(options);

        Assert.Equal(("you", "other"), (factory.UserName, factory.Password));
    }

    [Fact]
    public void A_password_is_never_printed()
    {
        var options = Good with { Password = "pass1", Tls = new() { KeyPassword = "pass2", ServerName = "name" } };

        Assert.Equal("RabbitMqJobQueueOptions { queue 'jobs' at amqp://me@broker:123, virtual host 'a/b' }", options.ToString());
        Assert.Contains("name", options.Tls.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("pass2", options.Tls.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", BrokerAddress.From(Good).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://me:secret@broker")]
    [InlineData("amqp://me:secret@broker/a/b")]
    [InlineData("amqp://me:secret@broker/a?b=c")]
    [InlineData("amqp://me:12/secret@broker")]
    public void A_bad_address_is_refused_without_repeating_it(string uri)
    {
        var error = Assert.Throws<ArgumentException>(() => new RabbitMqJobQueue<int>(new() { Uri = new(uri) }));

        Assert.Contains("amqp[s]://user:password@host:port/vhost", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_out_of_range_are_refused_by_name()
    {
        Refused(nameof(Good.Queue), Good with { Queue = "" });
        Refused(nameof(Good.Queue), Good with { Queue = "amq.jobs" });
        Refused(nameof(Good.MaxAttempts), Good with { MaxAttempts = 0 });
        Refused(nameof(Good.Backoff), Good with { Backoff = TimeSpan.Zero });
        Refused(nameof(Good.MaxBackoff), Good with { MaxBackoff = TimeSpan.FromMilliseconds(1) });
        Refused(nameof(Good.Prefetch), Good with { Prefetch = 70_000 });
        Refused(nameof(Good.MaxPayloadBytes), Good with { MaxPayloadBytes = int.MaxValue });
        Refused(nameof(Good.ConnectTimeout), Good with { ConnectTimeout = TimeSpan.Zero });
        Refused(nameof(Good.SubmitTimeout), Good with { SubmitTimeout = TimeSpan.Zero });
        Refused(nameof(Good.Heartbeat), Good with { Heartbeat = TimeSpan.Zero });
        Refused(nameof(Good.ConsumerTimeout), Good with { ConsumerTimeout = TimeSpan.FromSeconds(1) });
    }

    [Fact]
    public void Tls_options_reach_the_client()
    {
        var folder = Directory.CreateTempSubdirectory("penstock-tls-").FullName;
        try
        {
            using var key = RSA.Create(2048);
            using var own = new CertificateRequest("CN=me", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            File.WriteAllBytes($"{folder}/me.pfx", own.Export(X509ContentType.Pkcs12, "word"));
            File.WriteAllText($"{folder}/ca.pem", own.ExportCertificatePem());
            var options = new RabbitMqJobQueueOptions
            {
                Uri = new("amqps://broker"),
                Tls = new() { AuthorityFile = $"{folder}/ca.pem", CertificateFile = $"{folder}/me.pfx", KeyPassword = "word", ServerName = "other" },
            };

            var ssl = BrokerAddress.From(options).CreateFactory(options).Ssl;

            Assert.True(ssl.Enabled);
            Assert.Equal("other", ssl.ServerName);
            Assert.Equal(own.Thumbprint, Assert.Single(ssl.Certs!.Cast<X509Certificate2>()).Thumbprint);
            Assert.NotNull(ssl.CertificateValidationCallback);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_missing_certificate_file_is_named()
    {
        var options = new RabbitMqJobQueueOptions { Uri = new("amqps://broker"), Tls = new() { AuthorityFile = "/no/such.pem" } };

        var error = Assert.Throws<RabbitMqJobQueueException>(() => BrokerAddress.From(options).CreateFactory(options));

        Assert.Contains("AuthorityFile '/no/such.pem'", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    private static void Refused(string option, RabbitMqJobQueueOptions options) =>
        Assert.Contains(option, Assert.Throws<ArgumentOutOfRangeException>(() => new RabbitMqJobQueue<int>(options)).Message, StringComparison.Ordinal);

    private sealed record Numbered(int N);
}
