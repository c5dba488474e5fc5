using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>An authority and the certificates it signs, as PEM files in a folder of its own.</summary>
public sealed class Authority : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly DateTimeOffset From = Now.AddDays(-2);

    private readonly RSA key = RSA.Create(2048);
    private readonly X509Certificate2 certificate;

    public Authority()
    {
        var request = Request("authority", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        certificate = request.CreateSelfSigned(From, Now.AddDays(2));
        File.WriteAllText($"{Folder}/authority.pem", certificate.ExportCertificatePem());
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("penstock-tls-").FullName;

    /// <param name="name">Whom it is for, and the name of its files.</param>
    /// <param name="address">Where that is, if others call there.</param>
    /// <param name="until">How many days it is valid from now on.</param>
    public void Issue(string name, IPAddress? address = null, double until = 1)
    {
        using var own = RSA.Create(2048);
        var request = Request(name, own);
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        using var signed = request.Create(certificate, From, Now.AddDays(until), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText($"{Folder}/{name}.pem", signed.ExportCertificatePem());
        File.WriteAllText($"{Folder}/{name}.key", own.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static CertificateRequest Request(string name, RSA key) => new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
