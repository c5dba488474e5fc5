using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Penstock.Serialization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Serialization;

/// <summary>Items without references are their bits.</summary>
public class RawItems
{
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Point(float X, double Y, byte Tag);

    private readonly struct Sealed(long value)
    {
        private readonly long hidden = value;

        public long Reveal() => hidden;
    }

    [Fact]
    public Task They_come_back_as_they_were() => Within.Time(() =>
    {
        Same(42);
        Same(double.NaN);
        Same(-0.0);
        Same('\uD800');
        Same(Half.Epsilon);
        Same(Int128.MinValue);
        Same(1.10m);
        Same(DateOnly.MaxValue);
        Same(new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Local));
        Same(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.FromHours(5.5)));
        Same(Guid.Parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff"));
        Same(new Complex(1, double.PositiveInfinity));
        Same(new Point(1, 2, 3));
        Same((1, 2.0, 'c'));
        Same(KeyValuePair.Create(1, 2.5));
        Same<int?>(null);
        Same<int?>(7);
        Assert.Equal(9, Crossing.Of(new Sealed(9)).Reveal());
        Assert.Equal(DateTimeKind.Utc, Crossing.Of(new DateTime(1, DateTimeKind.Utc)).Kind);
    });

    [Fact]
    public Task Their_size_is_known_and_they_take_no_byte_more() => Within.Time(() =>
    {
        Assert.Equal(16, ItemCodec.For<Guid>().FixedSize);
        Assert.Equal(Unsafe.SizeOf<Point>(), ItemCodec.For<Point>().FixedSize);
        Assert.Equal(16, Crossing.Write(Guid.Empty).Length);
        Assert.Null(ItemCodec.For<string>().FixedSize);
        Assert.Null(ItemCodec.For<int[]>().FixedSize);
        Assert.Null(ItemCodec.For<Tuple<int>>().FixedSize);
    });

    [Fact]
    public Task A_cell_need_not_be_aligned() => Within.Time(() =>
    {
        var cell = new byte[32];
        ItemCodec<Point>.WriteFixed(ref cell[3], new Point(1, 2, 3));
        Assert.Equal(new Point(1, 2, 3), ItemCodec<Point>.ReadFixed(in cell[3]));
    });

    [Fact]
    public Task A_cell_costs_no_allocation() => Within.Time(() =>
    {
        var cell = new byte[32];
        Move(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Move(10_000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Move(int times)
        {
            for (var i = 0; i < times; i++)
            {
                ItemCodec<(int, double)>.WriteFixed(ref cell[1], (i, i));
                Assert.True(ItemCodec<(int, double)>.ReadFixed(in cell[1]) == (i, i));
            }
        }
    });

    private static void Same<T>(T item) => Assert.Equal(item, Crossing.Of(item));
}
