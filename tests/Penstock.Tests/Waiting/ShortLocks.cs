using Penstock.SharedMemory;
using Penstock.Tests.Support;
using Penstock.Waiting;

namespace Penstock.Tests.Waiting;

public class ShortLocks
{
    [Theory]
    [InlineData(2, false)]
    [InlineData(16, false)]
    [InlineData(2, true)]
    [InlineData(16, true)]
    public Task One_thread_at_a_time_is_inside(int count, bool isPortable) => Within.Time(() =>
    {
        const int Rounds = 20_000;
        var gate = new ShortLock(FixedMemory.OfThisProcess(64), isPortable);
        var (inside, together, total) = (0, 0, 0);
        var threads = Enumerable.Range(0, count).Select(index => new Thread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                using (gate.Hold())
                {
                    if (++inside != 1)
                        together++;
                    total++;
                    if ((round + index) % 1000 == 0)
                        Thread.Yield(); // as if it had lost its processor: the others have to sleep
                    inside--;
                }
            }
        })).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());

        Assert.Equal(0, together);
        Assert.Equal(count * Rounds, total);
    });

    [Fact]
    public Task Who_sleeps_for_it_is_woken() => Within.Time(() =>
    {
        if (!FutexWait.IsSupported)
            return;
        var memory = FixedMemory.OfThisProcess(64);
        var gate = new ShortLock(memory);
        for (var round = 0; round < 100; round++)
        {
            gate.Enter();
            var thread = new Thread(() => gate.Hold().Dispose());
            thread.Start();
            SpinWait.SpinUntil(() => StateOf(memory) == 2); // it is about to sleep, or does
            gate.Exit();
            thread.Join();
        }
    });

    private static unsafe int StateOf(FixedMemory memory) => Volatile.Read(ref *(int*)memory.Address);
}
