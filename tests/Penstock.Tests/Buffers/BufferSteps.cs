using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Penstock.Tests.Buffers;

/// <summary>Generators of buffers that another process finds by their names.</summary>
internal static unsafe class BufferSteps
{
    /// <summary>From nothing to more than fits beside the small items.</summary>
    public static readonly int[] Lengths = [0, 1, 100, 1000, 1008, 1009, 5000, 300_000];

    public static IEnumerable<int> Count(int count) => Enumerable.Range(0, count);

    /// <summary>Buffers of every length; element k of the n-th is n + k.</summary>
    public static IEnumerable<Buffer<int>> Source(int count)
    {
        for (var n = 0; n < count; n++)
            yield return Make(n);
    }

    public static IEnumerable<Buffer<int>> Fill(IEnumerable<int> items)
    {
        foreach (var n in items)
            yield return Make(n);
    }

    public static Buffer<int> Make(int n)
    {
        var buffer = Buffer<int>.Rent(Lengths[n % Lengths.Length]);
        for (var k = 0; k < buffer.Length; k++)
            buffer.Span[k] = n + k;
        return buffer;
    }

    public static IEnumerable<Buffer<int>> Pass(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
            yield return item;
    }

    /// <summary>A new buffer for each, of its elements times two.</summary>
    public static IEnumerable<Buffer<int>> Double(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
        {
            var doubled = Buffer<int>.Rent(item.Length);
            for (var k = 0; k < item.Length; k++)
                doubled.Span[k] = item.Span[k] * 2;
            yield return doubled;
        }
    }

    public static IEnumerable<string> Describe(IEnumerable<Buffer<int>> items) => items.Select(Describe);

    public static string Describe(Buffer<int> item)
    {
        long sum = 0;
        foreach (var value in item.Span)
            sum += value;
        return $"{item.Length}: {sum}";
    }

    /// <summary>The address of its memory is in each.</summary>
    /// <param name="lengths">Of each.</param>
    /// <param name="pins">Takes what keeps the collector from moving ordinary memory.</param>
    public static IEnumerable<Buffer<long>> Addressed(IEnumerable<int> lengths, ConcurrentBag<MemoryHandle> pins)
    {
        foreach (var length in lengths)
        {
            var buffer = Buffer<long>.Rent(length);
            pins.Add(buffer.Memory.Pin());
            buffer.Span[0] = AddressOf(buffer);
            yield return buffer;
        }
    }

    public static IEnumerable<bool> IsWhereItWasFilled(IEnumerable<Buffer<long>> items) => items.Select(item => item.Span[0] == AddressOf(item));

    public static IEnumerable<Buffer<T>> Pass<T>(IEnumerable<Buffer<T>> items)
        where T : unmanaged
    {
        foreach (var item in items)
            yield return item;
    }

    public static long AddressOf<T>(Buffer<T> buffer)
        where T : unmanaged => (long)Unsafe.AsPointer(ref buffer.Span[0]);
}
