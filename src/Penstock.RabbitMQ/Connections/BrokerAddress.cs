using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Connections;

/// <summary>Where the broker is and who we are there, taken apart once. Prints no password.</summary>
internal sealed class BrokerAddress
{
    private readonly string password;

    private BrokerAddress(Uri uri, string? userName, string? password)
    {
        UsesTls = uri.Scheme is "amqps";
        Host = uri.IdnHost;
        Port = uri.Port > 0 ? uri.Port : UsesTls ? 5671 : 5672;
        VirtualHost = uri.AbsolutePath is "/" or "" ? "/" : Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        var user = uri.UserInfo.Split(':', 2);
        UserName = userName ?? (user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : ConnectionFactory.DefaultUser);
        this.password = password ?? (user.Length > 1 ? Uri.UnescapeDataString(user[1]) : user[0].Length > 0 || userName is not null ? "" : ConnectionFactory.DefaultPass);
    }

    public string Host { get; }

    public int Port { get; }

    public string VirtualHost { get; }

    public string UserName { get; }

    public bool UsesTls { get; }

    /// <exception cref="ArgumentException">The address is none. It is not repeated in the message, since it may hold a password.</exception>
    public static BrokerAddress From(RabbitMqJobQueueOptions options)
    {
        const string Form = "amqp[s]://user:password@host:port/vhost";
        if (options.Uri is not { IsAbsoluteUri: true, Scheme: "amqp" or "amqps", Host.Length: > 0 } uri)
            throw new ArgumentException($"{nameof(RabbitMqJobQueueOptions)}.{nameof(options.Uri)} must be the broker's address, {Form}.", nameof(options));
        if (uri.AbsolutePath.LastIndexOf('/') > 0 || uri.AbsolutePath.Contains('@', StringComparison.Ordinal) || uri.Query.Length > 0)
            throw new ArgumentException(
                $"{nameof(RabbitMqJobQueueOptions)}.{nameof(options.Uri)} must be of the form {Form}; a '/', '?' or '@' in a password or in the virtual host's name is written %2F, %3F or %40.",
                nameof(options));
        return new(uri, options.UserName, options.Password);
    }

    public static string Describe(RabbitMqJobQueueOptions options)
    {
        try
        {
            return From(options).ToString();
        }
        catch (ArgumentException)
        {
            return "an invalid address";
        }
    }

    /// <summary>
    /// Recovery is ours, not the client's: a channel that the client recovers goes on under its old name, and quietly drops the settlement of
    /// what it had delivered before, so that the caller would take a job for settled that somebody else is given again.
    /// </summary>
    public ConnectionFactory CreateFactory(RabbitMqJobQueueOptions options) => new()
    {
        HostName = Host,
        Port = Port,
        VirtualHost = VirtualHost,
        UserName = UserName,
        Password = password,
        Ssl = UsesTls ? BrokerTls.From(options.Tls, Host) : new SslOption { Enabled = false },
        RequestedHeartbeat = options.Heartbeat,
        RequestedConnectionTimeout = TimeSpan.FromSeconds(10),
        MaxInboundMessageBodySize = BrokerLimits.MaxMessageBytes,
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
    };

    public override string ToString() => $"{(UsesTls ? "amqps" : "amqp")}://{UserName}@{Host}:{Port}, virtual host '{VirtualHost}'";
}
