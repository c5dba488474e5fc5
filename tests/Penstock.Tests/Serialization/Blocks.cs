using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Penstock.Serialization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Serialization;

/// <summary>Strings and arrays of numbers are copied once, raw and aligned.</summary>
public class Blocks
{
    private static readonly float[] Floats = [.. Enumerable.Range(0, 1000).Select(i => i / 3f)];

    [Fact]
    public Task They_come_back_as_they_were() => Within.Time(() =>
    {
        Assert.Equal("text", Crossing.Of("text"));
        Assert.Equal("", Crossing.Of(""));
        Assert.Equal("a\uD800b\uDC00", Crossing.Of("a\uD800b\uDC00"));
        Assert.Equal(Floats, Crossing.Of(Floats));
        Assert.Equal("100,,300", string.Join(',', Crossing.Of<int?[]>([100, null, 300])));
        Assert.Equal([(1, 'a'), (2, '\uDFFF')], Crossing.Of<(int, char)[]>([(1, 'a'), (2, '\uDFFF')]));
        Assert.Equal([Vector3.UnitX, Vector3.UnitY], Crossing.Of<Vector3[]>([Vector3.UnitX, Vector3.UnitY]));
        Assert.Equal(Floats[10..20], Crossing.Of(Floats.AsMemory(10, 10)).ToArray());
        Assert.Equal(Floats[10..20], Crossing.Of((ReadOnlyMemory<float>)Floats.AsMemory(10, 10)).ToArray());
        Assert.Equal(Floats[10..20], Crossing.Of(new ArraySegment<float>(Floats, 10, 10)).ToArray());
        Assert.Equal("ext", Crossing.Of("text".AsMemory(1)).ToString());
    });

    [Fact]
    public Task None_and_empty_are_two_things() => Within.Time(() =>
    {
        Assert.Null(Crossing.Of<string?>(null));
        Assert.Null(Crossing.Of<int[]?>(null));
        Assert.Null(Crossing.Of(default(ArraySegment<int>)).Array);
        Assert.True(Crossing.Of(default(Memory<int>)).IsEmpty);
        Assert.Empty(Crossing.Of<int[]>([]));
        Assert.NotNull(Crossing.Of(ArraySegment<int>.Empty).Array);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(77)]
    public Task The_data_is_aligned_wherever_in_the_slot_the_item_begins(int before) => Within.Time(() =>
    {
        var slot = new ArraySlotWriter();
        slot.Take(before);
        ItemCodec.For<float[]>().Write(slot, Floats);

        var item = slot.Written[before..];
        var start = BinaryPrimitives.ReadInt32LittleEndian(item);
        Assert.Equal(0, (before + start) % 64);
        Assert.Equal(item.Length, start + (Floats.Length * sizeof(float)));
        Assert.Equal(Floats[1], BitConverter.ToSingle(item[(start + sizeof(float))..]));
        Assert.Equal(Floats, ItemCodec.For<float[]>().Read(item));
    });

    [Fact]
    public Task A_small_one_wastes_little() => Within.Time(() => Assert.InRange(Crossing.Write("0123456789").Length, 28, 32));

    [Fact]
    public Task Memory_that_is_not_on_the_heap_crosses_too() => Within.Time(() =>
    {
        using var native = new NativeBytes(100);
        native.Memory.Span[99] = 7;
        Assert.Equal(native.Memory.Span, Crossing.Of(native.Memory).Span);
    });

    [Fact]
    public Task What_does_not_fit_a_slot_is_refused_with_the_limit() => Within.Time(() =>
    {
        var message = Assert.Throws<InvalidOperationException>(() => Crossing.Write(Floats, limit: 2048)).Message;
        Assert.Contains("4,064 bytes does not fit a slot of 2,048 bytes", message, StringComparison.Ordinal);
    });

    private sealed unsafe class NativeBytes(int size) : System.Buffers.MemoryManager<byte>
    {
        private readonly byte[] pinned = GC.AllocateArray<byte>(size, pinned: true);

        public override Span<byte> GetSpan() => new(Unsafe.AsPointer(ref pinned[0]), pinned.Length);

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
