using System.Diagnostics;
using System.Runtime.InteropServices;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>The machine's own limits, each measured by the least code that shows it.</summary>
internal static class Machinery
{
    /// <summary>Two threads that look at a word until it changes: what a cache line takes there and back.</summary>
    public static Contestant RoundTrip() => Contestant.Limit("round trip between cores", count => Task.FromResult(Bounce(count, new Gaze(), note: null)));

    /// <summary>Two threads that sleep until the other wakes them.</summary>
    public static Contestant WakeUp() => Contestant.Limit("wake-up, there and back", count => Task.FromResult(Bounce(count, new Sleep(), note: null)));

    /// <summary>As <see cref="WakeUp"/>, one way, with percentiles.</summary>
    public static Contestant WakeUpLatency() => Contestant.Limit("the machine's wake-up", count =>
    {
        var times = new Histogram();
        var tally = Bounce(count, new Sleep(), ticks => times.Add(ticks / 2));
        tally.Figures = times.Figures;
        return Task.FromResult(tally);
    });

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

    private static Tally Bounce<TWait>(int count, TWait wait, Action<long>? note)
        where TWait : struct, IWait
    {
        // Far apart, so that they do not share a cache line.
        var words = GC.AllocateArray<int>(64, pinned: true);
        var partner = new Thread(() =>
        {
            for (var i = 1; i <= count; i++)
            {
                wait.For(ref words[0], i);
                wait.Set(ref words[32], i);
            }
        });
        partner.Start();
        var tally = new Tally();
        for (var i = 1; i <= count; i++)
        {
            var start = note is null ? 0 : Stopwatch.GetTimestamp();
            wait.Set(ref words[0], i);
            wait.For(ref words[32], i);
            note?.Invoke(Stopwatch.GetTimestamp() - start);
            tally.Add(words[32]);
        }

        partner.Join();
        return tally;
    }

    private interface IWait
    {
        void For(ref int word, int value);

        void Set(ref int word, int value);
    }

    private readonly struct Gaze : IWait
    {
        public void For(ref int word, int value)
        {
            while (Volatile.Read(ref word) != value)
            {
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
