using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>The same as <see cref="Blocks"/>, filled where the next step reads it. The middle copies, as the ring in C does: its result is an item of its own.</summary>
internal static class RentedBlocks
{
    public static Crossing<Buffer<byte>> Crossing { get; } = new(Generate, AddOne, Consume);

    /// <summary>Nothing but the numbers at their ends is written and read: what is left is what it costs to hand them over.</summary>
    public static Crossing<Buffer<byte>> OnlyEnds { get; } = new(GenerateEnds, AddOneToEnds, Consume);

    private static IEnumerable<Buffer<byte>> GenerateEnds((int Count, int Size) argument)
    {
        for (var i = 0; i < argument.Count; i++)
        {
            var buffer = Buffer<byte>.Rent(argument.Size);
            Blocks.SetNumber(buffer.Span, i);
            yield return buffer;
        }
    }

    private static IEnumerable<Buffer<byte>> AddOneToEnds(IEnumerable<Buffer<byte>> items)
    {
        foreach (var item in items)
        {
            var result = Buffer<byte>.Rent(item.Length);
            Blocks.SetNumber(result.Span, Blocks.Number(item.Span) + 1);
            yield return result;
        }
    }

    private static IEnumerable<Buffer<byte>> Generate((int Count, int Size) argument)
    {
        for (var i = 0; i < argument.Count; i++)
        {
            var buffer = Buffer<byte>.Rent(argument.Size);
            Blocks.Fill(buffer.Span, i);
            yield return buffer;
        }
    }

    private static IEnumerable<Buffer<byte>> AddOne(IEnumerable<Buffer<byte>> items)
    {
        foreach (var item in items)
        {
            var result = Buffer<byte>.Rent(item.Length);
            item.Span.CopyTo(result.Span);
            Blocks.SetNumber(result.Span, Blocks.Number(item.Span) + 1);
            yield return result;
        }
    }

    private static Tally Consume(IEnumerable<Buffer<byte>> items)
    {
        var tally = new Tally();
        foreach (var item in items)
            tally.Add(Blocks.Number(item.Span));
        return tally;
    }
}
