namespace Penstock.Serialization;

/// <summary>Exceptions as part of an item cross the way that thrown ones do.</summary>
internal sealed class ExceptionConverter<TException>()
    : DetourConverter<TException, byte[]>(ExceptionCodec.Write, bytes => (TException)ExceptionCodec.Read(bytes))
    where TException : Exception;
