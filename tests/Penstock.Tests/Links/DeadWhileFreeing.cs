namespace Penstock.Tests.Links;

/// <summary>
/// A consumer may die behind any step of freeing a slot: it had done with the item, so it is not given to anybody again, and the slot is freed for it, once.
/// </summary>
public sealed class DeadWhileFreeing : IDisposable
{
    private const int Dead = 1;
    private const int Other = 2;
    private const long Family = 5;

    private readonly TornLink torn = new(maxBytes: 20, lineages: new KnownLineages());
    private readonly int slot;

    public DeadWhileFreeing()
    {
        slot = torn.HandOn(7, lineage: new KnownLineages.Part(Family, 0));
        torn.HandOn(8);
        torn.Take(Dead);
    }

    // In the order in which they are done.
    public enum Step
    {
        SaysThatItFrees,
        RemembersTheGiant,
        ForgetsTheLargeRoom,
        GivesBackTheBytes,
        LeavesTheFamily,
    }

    public static TheoryData<Step> Steps => [.. Enum.GetValues<Step>()];

    public void Dispose() => torn.Dispose();

    [Theory]
    [MemberData(nameof(Steps))]
    public void The_slot_is_free_once_and_nobody_gets_the_item_again(Step last) => MustBeFreedAfter(last, isGiant: false);

    [Theory]
    [MemberData(nameof(Steps))]
    public void So_is_the_slot_of_an_item_whose_memory_is_given_back(Step last) => MustBeFreedAfter(last, isGiant: true);

    private void MustBeFreedAfter(Step last, bool isGiant)
    {
        if (isGiant)
            torn.Slot(slot).Touched = 256 << 20;
        for (var step = Step.SaysThatItFrees; step <= last; step++)
            Do(step, isGiant);
        Assert.Null(torn.Link.HeldBy(Dead, isDead: false));
        Assert.Null(torn.Link.HeldBy(Dead, isDead: true));
        Assert.Equal((0, 0L, 0L, 0), (torn.Owner(slot), torn.Charge(slot), torn.Family(slot), torn.Slot(slot).Touched));
        Assert.False(torn.Link.Holds(Family));
        Assert.Equal((1L, true), (torn.Link.InFlight, torn.Link.Bytes!.HasRoomFor(10)));

        // Whose it is next, it stays.
        var next = torn.HandOn(9, Dead, new KnownLineages.Part(Family, 1));
        Assert.Equal(slot, next);
        Assert.Null(torn.Link.HeldBy(Dead, isDead: true));
        Assert.Equal((TornLink.Producing(Dead), 10L, true), (torn.Owner(slot), torn.Charge(slot), torn.Link.Holds(Family)));
        Assert.Equal((8, 9), (torn.Take(Other).Item, torn.Take(Other).Item));
    }

    private void Do(Step step, bool isGiant)
    {
        switch (step)
        {
            case Step.SaysThatItFrees:
                torn.Owner(slot) |= TornLink.Freeing;
                break;
            case Step.RemembersTheGiant:
                torn.Slot(slot).WasGiant = isGiant;
                break;
            case Step.ForgetsTheLargeRoom:
                torn.Slot(slot).Touched = 0;
                break;
            case Step.GivesBackTheBytes:
                torn.Charge(slot) = 0;
                break;
            case Step.LeavesTheFamily:
                torn.Family(slot) = 0;
                break;
        }
    }
}
