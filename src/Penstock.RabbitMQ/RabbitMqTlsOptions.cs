namespace Penstock.RabbitMQ;

/// <summary>TLS between this machine and the broker, for addresses that begin with <c>amqps</c>. The files are read anew for each connection, so a certificate that was renewed is used by the next one.</summary>
public sealed record RabbitMqTlsOptions
{
    /// <summary>A PEM file with the authorities that may have signed the broker's certificate. Default: those the machine trusts.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>A file with this machine's own certificate: PEM (with <see cref="KeyFile"/>) or PKCS #12. Default: none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The PEM file of the certificate's private key. Default: <see cref="CertificateFile"/> is PKCS #12 and has it.</summary>
    public string? KeyFile { get; init; }

    /// <summary>What the private key is encrypted with. Default: it is not. It is never printed.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>The name that the broker's certificate must have. Default: the host in the address.</summary>
    public string? ServerName { get; init; }

    /// <summary>The files and the name, without the password.</summary>
    public override string ToString() =>
        $"{nameof(RabbitMqTlsOptions)} {{ {nameof(AuthorityFile)} = {AuthorityFile}, {nameof(CertificateFile)} = {CertificateFile}, " +
        $"{nameof(KeyFile)} = {KeyFile}, {nameof(ServerName)} = {ServerName} }}";
}
