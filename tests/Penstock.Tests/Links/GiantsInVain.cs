using System.Buffers;
using Penstock.Links;
using Penstock.SharedMemory;
using Penstock.Tests.Support;

namespace Penstock.Tests.Links;

/// <summary>A giant that fails while it is written, or whose worker dies meanwhile, leaves no memory in its slot. Alone, since it looks at what the process has.</summary>
[Collection(nameof(Alone))]
public sealed class GiantsInVain : IDisposable
{
    private const int Written = 128 << 20;

    private readonly SharedLink<string> link = SharedLink<string>.Create("vain", new LinkPlan("", 2, 1, 1, IsOrdered: false, FirstSet: 3), new Half());
    private readonly long before;
    private readonly int slot;

    public GiantsInVain()
    {
        SharedRegion.CollectRetired(); // what earlier tests have left to the collector
        before = Memory.Shared;
        slot = link.TryTakeSlot(0);
        Assert.Throws<TestException>(() => link.HandOn(slot, "giant", lineage: null, size: 0));
        Assert.InRange(Kept, Written * 9L / 10, long.MaxValue); // some of theirs may still go meanwhile
    }

    private long Kept => Memory.Shared - before;

    public void Dispose() => link.Retire();

    [Fact]
    public void Its_memory_is_given_back_with_the_slot()
    {
        link.ReturnSlot(slot);
        Assert.InRange(Kept, long.MinValue, 80 << 20);
    }

    [Fact]
    public void And_for_a_worker_that_has_died()
    {
        Assert.True(link.ReleaseUnusedOf(0));
        Assert.InRange(Kept, long.MinValue, 80 << 20);
    }

    [Fact]
    public void And_when_the_slot_was_used_for_a_small_item_instead()
    {
        link.HandOn(slot, "dwarf", lineage: null, size: 0);
        var taken = default(Taken<string>);
        Assert.True(link.TryTake(turns: null, 0, ref taken));
        Assert.Equal("dwarf", taken.Item);
        link.FreeSlot(taken.Slot, taken.Size);
        Assert.InRange(Kept, long.MinValue, 80 << 20);
    }

    /// <summary>Fails in the middle of giants.</summary>
    private sealed class Half : IItemSerializer
    {
        public void Serialize<T>(IBufferWriter<byte> output, T item)
        {
            if (item is "dwarf")
            {
                output.Write("d"u8);
                return;
            }

            for (var left = Written; left > 0; left -= 1 << 20)
            {
                output.GetSpan(1 << 20)[..(1 << 20)].Fill(7);
                output.Advance(1 << 20);
            }

            throw new TestException();
        }

        public T Deserialize<T>(ReadOnlySpan<byte> input) => (T)(object)"dwarf";
    }
}
