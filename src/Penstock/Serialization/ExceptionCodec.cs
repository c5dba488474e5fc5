namespace Penstock.Serialization;

internal static class ExceptionCodec
{
    public static byte[] Write(Exception exception) => throw new NotSupportedException();

    public static Exception Read(ReadOnlySpan<byte> input) => throw new NotSupportedException();
}
