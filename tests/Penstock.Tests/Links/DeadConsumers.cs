using Penstock.Links;

namespace Penstock.Tests.Links;

/// <summary>A consumer may die behind any step of taking an item: what it held is known, and the others go on.</summary>
public sealed class DeadConsumers : IDisposable
{
    private const int Dead = 1;
    private const int Other = 2;

    private readonly TornLink torn = new(maxBytes: 100);
    private readonly int slot;

    public DeadConsumers()
    {
        slot = torn.HandOn(7);
        torn.HandOn(8);
    }

    public void Dispose() => torn.Dispose();

    [Fact]
    public void Before_it_took_an_item_it_holds_none()
    {
        Assert.Null(torn.Link.HeldBy(Dead, isDead: true));
        Assert.Equal((7, 0, slot), torn.Take(Other));
    }

    [Fact]
    public void It_has_taken_the_place_and_nothing_more()
    {
        torn[0] = RingWord.Taken(0, slot, Dead);
        HoldsTheItem();
    }

    [Fact]
    public void It_has_shown_that_it_owns_the_slot()
    {
        torn[0] = RingWord.Taken(0, slot, Dead);
        torn.Owner(slot) = TornLink.Consuming(Dead);
        HoldsTheItem();
    }

    [Fact]
    public void It_has_made_the_place_free_and_the_head_lags()
    {
        torn[0] = torn.FreeAgain(0);
        torn.Owner(slot) = TornLink.Consuming(Dead);
        HoldsTheItem();
    }

    [Fact]
    public void It_has_taken_the_item_whole()
    {
        Assert.Equal((7, 0, slot), torn.Take(Dead));
        HoldsTheItem();
    }

    [Fact]
    public void Another_s_item_is_not_touched()
    {
        torn[0] = RingWord.Taken(0, slot, Other);
        Assert.Null(torn.Link.HeldBy(Dead, isDead: true));
        Assert.Equal(RingWord.Taken(0, slot, Other), torn[0]);
    }

    [Fact]
    public void It_has_freed_the_slot()
    {
        torn.Take(Dead);
        torn.Link.FreeSlot(slot, 10);
        Assert.Null(torn.Link.HeldBy(Dead, isDead: true));
        Assert.Equal((8, 1), (torn.Take(Other).Item, torn.Link.TakenCount - 1));
    }

    [Fact]
    public void One_without_siblings_writes_no_taken_word_and_is_known_by_the_slot()
    {
        using var single = new TornLink(consumers: 1);
        var first = single.HandOn(7);
        single.Owner(first) = TornLink.Consuming(0);
        Assert.Equal((first, 0L), single.Link.HeldBy(0, isDead: true));
        Assert.Equal(single.FreeAgain(0), single[0]);
        Assert.Equal(1, single.Link.TakenCount);
    }

    [Fact]
    public void The_living_are_asked_without_being_helped()
    {
        torn[0] = RingWord.Taken(0, slot, Dead);
        Assert.Null(torn.Link.HeldBy(Dead, isDead: false));
        Assert.Equal(RingWord.Taken(0, slot, Dead), torn[0]);
    }

    // Then the item can be looked at, given to another process under the same number, and given up; the next one is taken as if nothing had been.
    private void HoldsTheItem()
    {
        Assert.Equal((slot, 0L), torn.Link.HeldBy(Dead, isDead: true));
        Assert.Equal((slot, 0L), torn.Link.HeldBy(Dead, isDead: true)); // once more: nothing is done twice
        Assert.Equal(7, torn.Link.Peek(slot));
        Assert.Equal(10, torn.Charge(slot));
        Assert.Equal(TornLink.Consuming(Dead), torn.Owner(slot));
        Assert.Equal(torn.FreeAgain(0), torn[0]);

        var taken = default(Taken<int>);
        torn.Link.Adopt(slot, 0, Dead, ref taken);
        Assert.Equal((7, 0L, slot, 10L), (taken.Item, taken.Number, taken.Slot, taken.Size));
        Assert.Equal((8, 1), (torn.Take(Other).Item, torn.Link.TakenCount - 1));

        torn.Link.GiveUp(slot);
        Assert.Null(torn.Link.HeldBy(Dead, isDead: true));
        Assert.Equal((0, 0L), (torn.Owner(slot), torn.Charge(slot)));
        Assert.Equal(1, torn.Link.InFlight);
    }
}
