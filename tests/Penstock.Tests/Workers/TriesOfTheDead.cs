using Penstock.Workers;

namespace Penstock.Tests.Workers;

/// <summary>A worker may die between counting an output and handing it on, and between taking an item and counting that: the next one drops exactly what was delivered.</summary>
public unsafe class TriesOfTheDead
{
    private WorkerRecord record = new() { Attempt = 1, CountedItem = -1 };

    [Fact]
    public void What_was_handed_on_is_dropped_by_the_next_and_nothing_else() => Run(dead =>
    {
        dead.Begin(7);
        HandOn(dead, 2);
        Correct(7, hasHandedOn: true);
        Assert.Equal(2, dead.Delivered);
        Assert.Equal([false, false, true, true], OutputsOfTheNext(4));
        Assert.Equal(4, dead.Delivered);
    });

    [Fact]
    public void What_was_counted_and_not_handed_on_is_counted_back() => Run(dead =>
    {
        dead.Begin(7);
        HandOn(dead, 2);
        Assert.True(dead.IsNew(hasAsked: true));
        Correct(7, hasHandedOn: false);
        Assert.Equal(2, dead.Delivered);
        Assert.Equal([false, false, true], OutputsOfTheNext(3));
    });

    [Fact]
    public void What_was_handed_on_before_that_was_noted_is_not_counted_back() => Run(dead =>
    {
        dead.Begin(7);
        HandOn(dead, 1);
        Assert.True(dead.IsNew(hasAsked: true)); // handed on; it died before OnHandedOn
        Correct(7, hasHandedOn: true);
        Assert.Equal([false, false, true], OutputsOfTheNext(3));
    });

    [Fact]
    public void Nor_is_it_when_the_next_one_dies_too_before_it_hands_on() => Run(dead =>
    {
        dead.Begin(7);
        HandOn(dead, 1);
        Assert.True(dead.IsNew(hasAsked: true)); // handed on; it died before OnHandedOn
        Correct(7, hasHandedOn: true);
        Assert.Equal([false], OutputsOfTheNext(1));
        Correct(7, hasHandedOn: false); // it died with a slot in hand
        Assert.Equal(2, dead.Delivered);
        Assert.Equal([false, false, true], OutputsOfTheNext(3));
    });

    [Fact]
    public void An_item_that_was_just_taken_begins_with_its_first_try_and_no_output() => Run(dead =>
    {
        dead.Begin(7);
        HandOn(dead, 3);
        record.Attempt = 2;
        Correct(8, hasHandedOn: true); // it took 8 and died before it counted that
        Assert.Equal((0, 1, 8L), (dead.Delivered, record.Attempt, record.CountedItem));
        Assert.Equal([true], OutputsOfTheNext(1));
    });

    [Fact]
    public void What_came_before_the_first_item_is_dropped_by_every_later_generator() => Run(dead =>
    {
        Assert.True(dead.IsNew(hasAsked: false));
        dead.OnHandedOn();
        dead.Begin(7);
        HandOn(dead, 1);
        Correct(-1, hasHandedOn: true); // without an item in hand

        var next = new Attempts((WorkerRecord*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref record));
        next.Resume(withItemInHand: false);
        Assert.False(next.IsNew(hasAsked: false));
        Assert.True(next.IsNew(hasAsked: false)); // more than the first one yielded
        next.Begin(8);
        Assert.True(next.IsNew(hasAsked: true));
    });

    [Fact]
    public void What_came_before_the_first_item_is_not_dropped_if_it_died_waiting_for_its_turn() => Run(dead =>
    {
        Assert.True(dead.IsNew(hasAsked: false));
        dead.Begin(7); // taken to know the turn
        Correct(7, hasHandedOn: false);
        Assert.Equal(0, dead.Delivered);

        var next = new Attempts((WorkerRecord*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref record));
        next.Resume(withItemInHand: true);
        Assert.True(next.IsNew(hasAsked: false));
    });

    [Fact]
    public void Nor_if_the_item_that_was_taken_for_it_could_not_be_read() => Run(attempts =>
    {
        Assert.True(attempts.IsNew(hasAsked: false));
        attempts.Begin(7);
        attempts.OnNotHandedOn();
        attempts.GiveUp();
        Assert.True(attempts.IsNew(hasAsked: false));
        attempts.Begin(8);
        attempts.OnHandedOn();
        attempts.GiveUp();
        Assert.False(attempts.IsNew(hasAsked: false));
    });

    [Fact]
    public void What_comes_behind_the_last_item_is_new_when_nobody_holds_that_any_more() => Run(dead =>
    {
        dead.Begin(7);
        HandOn(dead, 2);
        Correct(7, hasHandedOn: true);
        Assert.Equal([true, true], OutputsOfTheNext(2, withItemInHand: false));
    });

    private static void HandOn(Attempts attempts, int outputs)
    {
        for (var i = 0; i < outputs; i++)
        {
            Assert.True(attempts.IsNew(hasAsked: true));
            attempts.OnHandedOn();
        }
    }

    // The record stands still: it is a field of an object that is pinned meanwhile.
    private void Run(Action<Attempts> test)
    {
        fixed (WorkerRecord* pinned = &record)
            test(new Attempts(pinned));
    }

    private void Correct(long item, bool hasHandedOn)
    {
        fixed (WorkerRecord* pinned = &record)
            Attempts.Correct(pinned, item, hasHandedOn);
    }

    private bool[] OutputsOfTheNext(int count, bool withItemInHand = true)
    {
        fixed (WorkerRecord* pinned = &record)
        {
            var next = new Attempts(pinned);
            next.Resume(withItemInHand);
            return [.. Enumerable.Range(0, count).Select(_ => next.IsNew(hasAsked: true))];
        }
    }
}
