using Penstock.Links;

namespace Penstock.Tests.Links;

/// <summary>The words of a ring between processes: one word must tell everything about a place, also after its positions have come round.</summary>
public class RingWords
{
    private const long Round = 1L << 38;

    public static TheoryData<long> Positions => [0, 1, 63, Round - 1, Round, Round + 5, (3 * Round) - 2];

    [Theory]
    [MemberData(nameof(Positions))]
    public void A_word_tells_position_slot_and_worker(long position)
    {
        var word = RingWord.Taken(position, slot: 16_383, worker: 1_023);
        Assert.Equal((RingWord.State.Taken, 16_383, 1_023), (word.Phase, word.Slot, word.Worker));
        Assert.True(word.IsAt(position));
        Assert.False(word.IsAt(position + 1));
    }

    [Theory]
    [MemberData(nameof(Positions))]
    public void A_position_is_known_in_full_from_one_that_is_near(long position)
    {
        foreach (var distance in new long[] { 0, 1, 64, 1 << 14 })
        {
            Assert.Equal(position, RingWord.Free(position).PositionNear(position + distance));
            Assert.Equal(position, RingWord.Free(position).PositionNear(Math.Max(0, position - distance)));
        }
    }
}
