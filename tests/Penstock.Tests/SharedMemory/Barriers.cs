using Penstock.SharedMemory;
using Penstock.Tests.Support;

namespace Penstock.Tests.SharedMemory;

public unsafe class Barriers
{
    /// <summary>The classic: each side writes its own word and reads the other's. Without a fence on both sides, both may read zero.</summary>
    [Fact]
    public Task With_a_barrier_on_one_side_never_both_sides_miss_the_other() => Within.Time(() =>
    {
        if (!GlobalBarrier.IsSupported)
            return;
        using var region = SharedRegion.Create("test", 8192);
        long* first = (long*)region.Address, second = (long*)(region.Address + 4096);
        const int Rounds = 20_000;
        bool[] seenByFast = new bool[Rounds + 1], seenBySlow = new bool[Rounds + 1];
        var (fastDone, slowDone) = (0, 0);
        var fast = new Thread(() =>
        {
            for (var round = 1; round <= Rounds; round++)
            {
                while (Volatile.Read(ref slowDone) < round - 1)
                    Thread.Yield();
                Volatile.Write(ref *first, round);
                seenByFast[round] = Volatile.Read(ref *second) == round;
                Volatile.Write(ref fastDone, round);
            }
        });
        fast.Start();
        for (var round = 1; round <= Rounds; round++)
        {
            while (Volatile.Read(ref fastDone) < round - 1)
                Thread.Yield();
            Volatile.Write(ref *second, round);
            GlobalBarrier.Issue();
            seenBySlow[round] = Volatile.Read(ref *first) == round;
            Volatile.Write(ref slowDone, round);
        }

        fast.Join();
        Assert.DoesNotContain(Enumerable.Range(1, Rounds), round => !seenByFast[round] && !seenBySlow[round]);
    }, TimeSpan.FromMinutes(10)); // beside busy programs a round may wait for two turns, and fewer rounds would not find what they are for
}
