using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Connections;

/// <summary>What the client is told about TLS.</summary>
internal static class BrokerTls
{
    /// <exception cref="RabbitMqJobQueueException">A file cannot be read.</exception>
    public static SslOption From(RabbitMqTlsOptions options, string host)
    {
        var ssl = new SslOption { Enabled = true, ServerName = options.ServerName ?? host };
        if (options.CertificateFile is { } file)
            ssl.Certs = [Load(nameof(options.CertificateFile), file, () => OwnCertificate(options, file))];
        if (options.AuthorityFile is { } authorities)
        {
            var trusted = new X509Certificate2Collection();
            Load(nameof(options.AuthorityFile), authorities, () => { trusted.ImportFromPemFile(authorities); return trusted; });
            ssl.CertificateValidationCallback = (_, certificate, chain, errors) => IsSignedBy(trusted, certificate, chain, errors);
        }

        return ssl;
    }

    private static X509Certificate2 OwnCertificate(RabbitMqTlsOptions options, string file) => options switch
    {
        { KeyFile: null } => X509CertificateLoader.LoadPkcs12FromFile(file, options.KeyPassword),
        { KeyPassword: null } => X509Certificate2.CreateFromPemFile(file, options.KeyFile),
        _ => X509Certificate2.CreateFromEncryptedPemFile(file, options.KeyPassword, options.KeyFile),
    };

    /// <summary>The name must fit as ever; only whom the chain may end in is replaced.</summary>
    private static bool IsSignedBy(X509Certificate2Collection trusted, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(certificate as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()));
    }

    private static TFile Load<TFile>(string option, string file, Func<TFile> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RabbitMqJobQueueException(
                $"{nameof(RabbitMqTlsOptions)}.{option} '{file}' could not be read: {e.Message} Check the path, its permissions, its format and the password.", e);
        }
    }
}
