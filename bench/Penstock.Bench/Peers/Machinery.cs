using System.Diagnostics;
using System.Runtime.InteropServices;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>The machine's own limits, each measured by the least code that shows it.</summary>
internal static class Machinery
{
    /// <summary>The wake-up of a thread on another processor. Left to itself, the system may wake it on the same one, which takes a fraction of that.</summary>
    public const string OneWakeUp = "the machine's wake-up, core to core";

    /// <summary>Two threads that look at a word until it changes: what a cache line takes there and back.</summary>
    public static Contestant RoundTrip() => Bounce("cache line between two cores, there and back", new Gaze(), ways: 1);

    /// <summary>Two threads that sleep until the other wakes them.</summary>
    public static Contestant WakeUp() => Bounce("wake-up of a thread, there and back", new Sleep(), ways: 1);

    /// <summary>Both, one way, to stand beside hops.</summary>
    /// <param name="pause">Before each, as between items: a processor that has slept for long is slower to wake up.</param>
    public static IReadOnlyList<Contestant> OneWay(TimeSpan pause) =>
        [Bounce("a cache line from core to core", new Gaze(), ways: 2), Bounce("the machine's wake-up", new Sleep(), ways: 2, pause), Bounce(OneWakeUp, new Sleep(), ways: 2, pause, areApart: true)];

    /// <summary>One item is one copy of so many bytes.</summary>
    public static Contestant Copy(string name, int size) => Contestant.Limit(name, count =>
    {
        byte[] from = GC.AllocateUninitializedArray<byte>(size), to = GC.AllocateUninitializedArray<byte>(size);
        Array.Fill(from, (byte)1);
        Array.Fill(to, (byte)2);
        var tally = new Tally();
        for (var i = 1; i <= count; i++)
        {
            from[^1] = (byte)i;
            from.CopyTo(to, 0);
            tally.Add(to[^1] == (byte)i ? i : 0);
        }

        return Task.FromResult(tally);
    });

    private static Contestant Bounce<TWait>(string name, TWait wait, int ways, TimeSpan pause = default, bool areApart = false)
        where TWait : struct, IWait => Contestant.Limit(name, count =>
    {
        // Far apart, so that they do not share a cache line; pinned, since the kernel is given their addresses.
        var words = GC.AllocateArray<int>(64, pinned: true);
        var partner = new Thread(() =>
        {
            if (areApart)
                StayOn(processor: 1);
            for (var i = 1; i <= count; i++)
            {
                wait.For(ref words[0], i);
                wait.Set(ref words[32], i);
            }
        });
        partner.Start();
        if (areApart)
            StayOn(processor: 0);
        var times = new Histogram();
        var tally = new Tally();
        for (var i = 1; i <= count; i++)
        {
            if (pause > TimeSpan.Zero)
                Thread.Sleep(pause);
            var start = Stopwatch.GetTimestamp();
            wait.Set(ref words[0], i);
            wait.For(ref words[32], i);
            times.Add((Stopwatch.GetTimestamp() - start) / ways);
            tally.Add(words[32]);
        }

        partner.Join();
        tally.Figures = times.Figures;
        return Task.FromResult(tally);
    });

    // The calling thread, on Linux with so many processors.
    private static void StayOn(int processor)
    {
        if (!OperatingSystem.IsLinux() || Environment.ProcessorCount <= processor)
            return;
        var only = 1L << processor;
        _ = sched_setaffinity(0, sizeof(long), ref only);
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int sched_setaffinity(int thread, nint size, ref long processors);

    private interface IWait
    {
        void For(ref int word, int value);

        void Set(ref int word, int value);
    }

    private readonly struct Gaze : IWait
    {
        public void For(ref int word, int value)
        {
            // Where there is no processor left for the other side, looking on would keep it from answering for a slice of time.
            for (var looks = 1; Volatile.Read(ref word) != value; looks++)
            {
                if (looks % 10_000 == 0)
                    Thread.Yield();
            }
        }

        public void Set(ref int word, int value) => Volatile.Write(ref word, value);
    }

    /// <summary>A futex on Linux, a monitor elsewhere.</summary>
    private readonly struct Sleep : IWait
    {
        private const long Futex = 202;
        private const long FutexArm = 98;
        private const long WaitPrivate = 128;
        private const long WakePrivate = 129;

        private static readonly object s_lock = new();

        private static long Call => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? FutexArm : Futex;

        public void For(ref int word, int value)
        {
            if (!OperatingSystem.IsLinux())
            {
                lock (s_lock)
                {
                    while (Volatile.Read(ref word) != value)
                        Monitor.Wait(s_lock);
                }

                return;
            }

            while (Volatile.Read(ref word) != value)
                _ = syscall(Call, ref word, WaitPrivate, value - 1, 0, 0, 0);
        }

        public void Set(ref int word, int value)
        {
            Volatile.Write(ref word, value);
            if (OperatingSystem.IsLinux())
            {
                _ = syscall(Call, ref word, WakePrivate, 1, 0, 0, 0);
                return;
            }

            lock (s_lock)
                Monitor.PulseAll(s_lock);
        }

        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static extern long syscall(long number, ref int word, long operation, long value, nint timeout, nint second, long third);
    }
}
