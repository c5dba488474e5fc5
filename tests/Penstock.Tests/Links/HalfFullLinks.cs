using Penstock.Links;

namespace Penstock.Tests.Links;

/// <summary>When somebody who yields the processor goes on, though the other side is making progress.</summary>
public sealed class HalfFullLinks
{
    private const int Capacity = 64;

    private readonly SerialLink<int> link = new(Capacity, manyProducers: false, lineages: null, bytes: null);
    private long lastLook;

    [Fact]
    public void A_consumer_goes_on_when_half_of_the_link_is_filled()
    {
        Fill((Capacity / 2) - 1);
        Assert.False(link.IsWorthTaking(ref lastLook));
        Fill(1);
        Assert.True(link.IsWorthTaking(ref lastLook));
    }

    [Fact]
    public void A_consumer_goes_on_with_a_single_item_when_no_more_come()
    {
        Fill(1);
        Assert.False(link.IsWorthTaking(ref lastLook));
        Assert.True(link.IsWorthTaking(ref lastLook));
    }

    [Fact]
    public void A_producer_goes_on_when_half_of_what_waits_is_taken()
    {
        Fill(Capacity);
        Take((Capacity / 2) - 1);
        Assert.False(link.IsWorthFilling(ref lastLook));
        Take(1);
        Assert.True(link.IsWorthFilling(ref lastLook));
    }

    [Fact]
    public void A_producer_goes_on_with_a_single_slot_when_no_more_are_freed()
    {
        Fill(Capacity);
        Take(1);
        Assert.False(link.IsWorthFilling(ref lastLook));
        Assert.True(link.IsWorthFilling(ref lastLook));
    }

    private void Fill(int items)
    {
        for (var n = 0; n < items; n++)
            link.HandOn(link.TryTakeSlot(worker: 0), n, lineage: null, size: 0);
    }

    private void Take(int items)
    {
        var taken = default(Taken<int>);
        for (var n = 0; n < items; n++)
        {
            Assert.True(link.TryTake(turns: null, worker: 0, ref taken));
            link.FreeSlot(taken.Slot, size: 0);
        }
    }
}
