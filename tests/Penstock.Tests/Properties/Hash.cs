namespace Penstock.Tests.Properties;

internal static class Hash
{
    /// <summary>A number of 0 or more that looks random.</summary>
    public static int Of(int value, int salt, int purpose)
    {
        var x = ((ulong)(uint)value << 32) ^ ((ulong)(uint)salt << 8) ^ (uint)purpose;
        x = (x ^ (x >> 31)) * 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 29)) * 0xBF58476D1CE4E5B9;
        return (int)((x ^ (x >> 32)) & int.MaxValue);
    }
}
