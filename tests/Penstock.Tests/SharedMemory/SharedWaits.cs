using System.Diagnostics;
using System.Globalization;
using Penstock.SharedMemory;
using Penstock.Tests.Support;

namespace Penstock.Tests.SharedMemory;

/// <summary>The contract of waiting on shared words, for each kind of it. Two mappings of one region stand for two processes.</summary>
public abstract unsafe class SharedWaits
{
    internal abstract SharedWait Wait { get; }

    internal abstract bool IsAsleep(Thread waiter, int* word);

    [Fact]
    public Task A_word_that_has_changed_is_not_waited_for() => Within.Time(() =>
    {
        using var region = SharedRegion.Create("test", 4096);
        var word = (int*)region.Address;
        *word = 1;
        Assert.True(Wait.Sleep(word, 0, Timeout.Infinite));
    });

    [Fact]
    public Task A_wait_ends_after_its_time() => Within.Time(() =>
    {
        using var region = SharedRegion.Create("test", 4096);
        var start = Stopwatch.GetTimestamp();
        while (Wait.Sleep((int*)region.Address, 0, 30))
            continue; // a signal to the thread ends it, too

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 15, 10_000); // some clocks tick every 10 or 16 ms
    });

    [Fact]
    public Task A_change_through_another_mapping_wakes_the_waiter() => Within.Time(() =>
    {
        using var region = SharedRegion.Create("test", 4096);
        using var other = SharedRegion.Open(region.Handle);
        int* here = (int*)region.Address, there = (int*)other.Address;
        for (var round = 0; round < 50; round++)
        {
            var expected = round;
            var waiter = new Thread(() =>
            {
                while (Volatile.Read(ref *here) == expected)
                    Wait.Sleep(here, expected, Timeout.Infinite);
            });
            waiter.Start();
            Volatile.Write(ref *there, round + 1);
            Wait.Rouse(there, int.MaxValue);
            Assert.True(waiter.Join(TimeSpan.FromMinutes(1)));
        }
    });

    [Fact]
    public Task A_collection_does_not_wait_for_a_waiter() => Within.Time(() =>
    {
        using var region = SharedRegion.Create("test", 4096);
        var word = (int*)region.Address;
        var waiter = new Thread(() => Wait.Sleep(word, 0, Timeout.Infinite));
        waiter.Start();
        SpinWait.SpinUntil(() => IsAsleep(waiter, word), 1000); // not every system tells
        GC.Collect();
        *word = 1;
        do
            Wait.Rouse(word, 1);
        while (!waiter.Join(1));
    });
}

/// <summary>Futexes.</summary>
public unsafe class FutexWaits : SharedWaits
{
    internal override SharedWait Wait { get; } = new FutexWait();

    // The runtime does not know, but the kernel tells for each thread in which call it waits, and with which arguments.
    internal override bool IsAsleep(Thread waiter, int* word)
    {
        var argument = $" 0x{((nint)word).ToString("x", CultureInfo.InvariantCulture)} ";
        return Directory.GetDirectories("/proc/self/task").Any(thread => CallOf(thread).Contains(argument, StringComparison.Ordinal));
    }

    private static string CallOf(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "syscall"));
        }
        catch (IOException)
        {
            return ""; // it has just ended
        }
    }
}

/// <summary>Looking again and again.</summary>
public unsafe class PolledWaits : SharedWaits
{
    internal override SharedWait Wait { get; } = new PolledWait();

    internal override bool IsAsleep(Thread waiter, int* word) => waiter.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin);
}
