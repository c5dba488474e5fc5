namespace Penstock.Serialization;

/// <summary>A slot on the heap: for messages that cross once, such as a stage's argument.</summary>
internal sealed class ArraySlotWriter(int limit = ArraySlotWriter.LargestMessage) : SlotWriter(limit)
{
    public const int LargestMessage = 1 << 30;
    private const int SmallestArray = 256;

    private byte[] array = [];

    protected override Memory<byte> Room => array;

    protected override void Grow(int size)
    {
        var doubled = Math.Clamp(array.Length * 2L, Math.Min(SmallestArray, Limit), Limit);
        Array.Resize(ref array, Math.Max(size, (int)doubled));
    }
}
