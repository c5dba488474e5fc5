using Penstock.SharedMemory;
using Penstock.Tests.Support;

namespace Penstock.Tests.SharedMemory;

/// <summary>Large copies take a way of their own, which must copy every byte, and none beside them.</summary>
public class LargeCopies
{
    private const int Margin = 100;

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(LargeCopy.Threshold - 1)]
    [InlineData(LargeCopy.Threshold)]
    [InlineData(LargeCopy.Threshold + 12345)]
    public Task Every_byte_is_copied_and_none_beside(int length) => Within.Time(() =>
    {
        var source = new byte[length + Margin];
        new Random(length).NextBytes(source);
        var target = new byte[length + 2 * Margin];
        for (var offset = 0; offset < 70; offset += 23)
        {
            Array.Clear(target);
            LargeCopy.Copy(source.AsSpan(offset, length), target.AsSpan(offset / 2 + 1));
            Assert.True(source.AsSpan(offset, length).SequenceEqual(target.AsSpan(offset / 2 + 1, length)), $"offset {offset}");
            Assert.Equal(0, target[offset / 2]);
            Assert.False(target.AsSpan(offset / 2 + 1 + length).ContainsAnyExcept((byte)0));
        }
    });

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(LargeCopy.Threshold)]
    public Task An_array_is_a_copy(int length) => Within.Time(() =>
    {
        double[] source = [.. Enumerable.Range(0, length).Select(i => (double)i)];
        var copy = LargeCopy.ToArray<double>(source);
        Assert.True(source.AsSpan().SequenceEqual(copy));
        Assert.True(length == 0 || !ReferenceEquals(source, copy));
    });
}
