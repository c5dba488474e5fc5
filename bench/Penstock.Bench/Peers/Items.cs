using System.Runtime.InteropServices;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>An item that shows its number.</summary>
internal interface INumbered
{
    int Number { get; }

    public static Tally Consume<T>(IEnumerable<T> items)
        where T : INumbered
    {
        var tally = new Tally();
        foreach (var item in items)
            tally.Add(item.Number);
        return tally;
    }
}

/// <summary>24 bytes without references: crosses as it lies in memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Measurement(int Number, int Sensor, double Value, double Error) : INumbered
{
    public static Crossing<Measurement> Crossing { get; } = new(Generate, AddOne, INumbered.Consume);

    private static IEnumerable<Measurement> Generate((int Count, int Size) argument)
    {
        for (var i = 0; i < argument.Count; i++)
            yield return new Measurement(i, i & 7, i * 0.5, 0.01);
    }

    private static IEnumerable<Measurement> AddOne(IEnumerable<Measurement> items)
    {
        foreach (var item in items)
            yield return item with { Number = item.Number + 1 };
    }
}

/// <summary>A small record, about a hundred bytes as JSON: crosses as that.</summary>
internal sealed record Letter(int Number, string Sender, string Subject, bool Urgent) : INumbered
{
    /// <summary>What it comes to as JSON.</summary>
    public const int Bytes = 100;

    public static Crossing<Letter> Crossing { get; } = new(Generate, AddOne, INumbered.Consume);

    private static IEnumerable<Letter> Generate((int Count, int Size) argument)
    {
        for (var i = 0; i < argument.Count; i++)
            yield return new Letter(i, "somebody@example.org", "Water under the bridge", (i & 1) == 0);
    }

    private static IEnumerable<Letter> AddOne(IEnumerable<Letter> items)
    {
        foreach (var item in items)
            yield return item with { Number = item.Number + 1 };
    }
}

/// <summary>Arrays of any size, filled whole by the source; the number stands at the start and at the end, so half an array does not pass.</summary>
internal static class Blocks
{
    public static Crossing<byte[]> Crossing { get; } = new(Generate, AddOne, Consume);

    private static IEnumerable<byte[]> Generate((int Count, int Size) argument)
    {
        for (var i = 0; i < argument.Count; i++)
        {
            var block = GC.AllocateUninitializedArray<byte>(argument.Size);
            Fill(block, i);
            yield return block;
        }
    }

    private static IEnumerable<byte[]> AddOne(IEnumerable<byte[]> items)
    {
        foreach (var item in items)
        {
            SetNumber(item, Number(item) + 1);
            yield return item;
        }
    }

    private static Tally Consume(IEnumerable<byte[]> items)
    {
        var tally = new Tally();
        foreach (var item in items)
            tally.Add(Number(item));
        return tally;
    }

    private static void Fill(Span<byte> block, int number)
    {
        block.Fill((byte)number);
        SetNumber(block, number);
    }

    private static int Number(ReadOnlySpan<byte> block)
    {
        var number = MemoryMarshal.Read<int>(block);
        return number == MemoryMarshal.Read<int>(block[^sizeof(int)..]) ? number : -1;
    }

    private static void SetNumber(Span<byte> block, int number)
    {
        MemoryMarshal.Write(block, number);
        MemoryMarshal.Write(block[^sizeof(int)..], number);
    }
}
