using Penstock.Links;
using Penstock.Tests.Support;

namespace Penstock.Tests.Links;

/// <summary>A producer may die behind any step of making an item and of handing it on: it was handed on whole, or not at all.</summary>
public sealed class DeadProducers : IDisposable
{
    private const int Dead = 1;
    private const int Consumer = 0;

    private readonly TornLink torn = new(maxBytes: 25);

    public void Dispose() => torn.Dispose();

    [Fact]
    public void One_without_a_slot_leaves_nothing()
    {
        torn.HandOn(7, producer: 2);
        torn.Link.TryTakeSlot(2);
        Assert.False(torn.Link.ReleaseUnusedOf(Dead));
        Assert.Equal(2, torn.Link.InFlight);
    }

    [Fact]
    public void A_slot_that_it_had_taken_is_free_again()
    {
        torn.Link.TryTakeSlot(Dead);
        Assert.True(torn.Link.ReleaseUnusedOf(Dead));
        Assert.Equal(0, torn.Link.InFlight);
        Assert.True(torn.IsEmpty(Consumer));
    }

    [Fact]
    public void Bytes_that_it_was_charged_with_are_free_again()
    {
        torn.HandOn(7, producer: 2);
        var slot = torn.Link.TryTakeSlot(Dead);
        Assert.True(torn.Link.Bytes!.TryCharge(Dead, slot, 10));
        Assert.False(torn.Link.Bytes.HasRoomFor(10));
        Assert.True(torn.Link.ReleaseUnusedOf(Dead));
        Assert.True(torn.Link.Bytes.HasRoomFor(10));
        Assert.False(torn.Link.Bytes.HasRoomFor(20));
    }

    [Fact]
    public void A_slot_that_it_was_giving_back_is_free_again()
    {
        var slot = torn.Link.TryTakeSlot(Dead);
        torn.Owner(slot) |= TornLink.Freeing;
        Assert.True(torn.Link.ReleaseUnusedOf(Dead));
        Assert.Equal(0, torn.Link.InFlight);
    }

    [Fact]
    public Task While_one_is_stopped_at_the_door_the_others_are_not_admitted_and_may_look_whether_to_go_on() => Within.Time(() =>
    {
        torn.Header.Door = Dead + 1;
        var slot = torn.Link.TryTakeSlot(2);
        Assert.False(torn.Link.Bytes!.TryCharge(2, slot, 10));
        Assert.Equal((Dead + 1, 0L), (torn.Header.Door, torn.Charge(slot)));
        torn.Header.Door = 0;
        Assert.True(torn.Link.Bytes.TryCharge(2, slot, 10));
    });

    [Fact]
    public void The_door_at_which_bytes_are_charged_is_opened_for_the_others()
    {
        torn.Header.Door = Dead + 1;
        torn.Link.ReleaseUnusedOf(0);
        Assert.Equal(Dead + 1, torn.Header.Door); // another one's death says nothing of this one
        torn.Link.ReleaseUnusedOf(Dead);
        torn.HandOn(7, producer: 2); // would wait at the door
        Assert.Equal(7, torn.Take(Consumer).Item);
    }

    [Fact]
    public void What_it_put_on_the_ring_was_handed_on_although_the_tail_lags()
    {
        var slot = torn.HandOn(7, Dead);
        torn.Header.Tail = 0;
        Assert.False(torn.Link.ReleaseUnusedOf(Dead));
        Assert.Equal(1, torn.Header.Tail);
        Assert.Equal((7, 0, slot), torn.Take(Consumer));
    }

    [Fact]
    public void What_it_put_on_the_ring_may_be_taken_already_although_the_tail_lags()
    {
        var slot = torn.HandOn(7, Dead);
        torn.Header.Tail = 0;
        torn.Take(Consumer);
        Assert.False(torn.Link.ReleaseUnusedOf(Dead));
        Assert.Equal((1L, TornLink.Consuming(Consumer)), (torn.Header.Tail, torn.Owner(slot)));
    }

    [Fact]
    public void What_is_just_being_taken_from_the_ring_is_not_released()
    {
        var slot = torn.HandOn(7, Dead);
        torn[0] = RingWord.Taken(0, slot, 2);
        Assert.False(torn.Link.ReleaseUnusedOf(Dead));
        Assert.Equal((slot, 0L), torn.Link.HeldBy(2, isDead: true));
    }

    [Fact]
    public void It_may_have_handed_one_item_on_and_begun_another()
    {
        var slot = torn.HandOn(7, Dead);
        Assert.NotEqual(slot, torn.Link.TryTakeSlot(Dead));
        Assert.True(torn.Link.ReleaseUnusedOf(Dead));
        Assert.Equal((7, 0, slot), torn.Take(Consumer));
        Assert.Equal(1, torn.Link.InFlight);
    }
}
