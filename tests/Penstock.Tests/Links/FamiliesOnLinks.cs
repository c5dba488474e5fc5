namespace Penstock.Tests.Links;

/// <summary>Slots between a scattering and its gathering say whose parts they hold, at every step, also of a worker that has died.</summary>
public sealed class FamiliesOnLinks : IDisposable
{
    private const int Dead = 1;

    private readonly KnownLineages lineages = new();
    private readonly TornLink torn;

    public FamiliesOnLinks() => torn = new TornLink(lineages: lineages);

    public void Dispose() => torn.Dispose();

    [Fact]
    public void A_part_is_there_from_when_it_is_handed_on_until_its_slot_is_freed()
    {
        var slot = torn.HandOn(7, lineage: new KnownLineages.Part(0, 3));
        Assert.True(lineages.LieBetweenProcesses(0));
        Assert.False(lineages.LieBetweenProcesses(1));
        torn.Take(2);
        Assert.True(lineages.LieBetweenProcesses(0));
        Assert.Equal((0, 3), (torn.Link.LineageIn(slot)!.Family, torn.Link.LineageIn(slot)!.Position));
        torn.Link.FreeSlot(slot, 0);
        Assert.False(lineages.LieBetweenProcesses(0));
    }

    [Fact]
    public void What_is_being_made_of_parts_that_were_given_back_is_there_until_it_is_handed_on_or_returned()
    {
        var slot = torn.Link.TryTakeSlot(Dead);
        torn.Link.Claim(slot, new KnownLineages.Part(5, 0));
        Assert.True(lineages.LieBetweenProcesses(5));
        torn.Link.ReturnSlot(slot);
        Assert.False(lineages.LieBetweenProcesses(5));
    }

    [Fact]
    public void A_dead_producer_s_unfinished_item_belongs_to_nobody_any_more()
    {
        var slot = torn.Link.TryTakeSlot(Dead);
        torn.Link.Claim(slot, new KnownLineages.Part(5, 0));
        Assert.True(torn.Link.ReleaseUnusedOf(Dead));
        Assert.False(lineages.LieBetweenProcesses(5));
    }

    [Fact]
    public void A_dead_consumer_s_part_is_there_until_it_is_given_up()
    {
        var slot = torn.HandOn(7, lineage: new KnownLineages.Part(5, 0));
        torn.Take(Dead);
        Assert.Equal((slot, 0L), torn.Link.HeldBy(Dead, isDead: true));
        Assert.True(lineages.LieBetweenProcesses(5));
        torn.Link.GiveUp(slot);
        Assert.False(lineages.LieBetweenProcesses(5));
    }

    [Fact]
    public void An_item_of_no_family_is_not_taken_for_one_that_is_done_with()
    {
        var slot = torn.HandOn(7);
        torn.Take(Dead);
        Assert.Equal((slot, 0L), torn.Link.HeldBy(Dead, isDead: true));
        Assert.Null(torn.Link.LineageIn(slot));
    }
}
