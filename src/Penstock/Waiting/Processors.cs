using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>
/// Where the calling thread runs, and how it gets away from there. Linux leaves two threads on one processor, although another is idle,
/// while they yield to each other within <c>sched_migration_cost_ns</c>, 0.5 ms: it takes what each has in the cache for worth more.
/// And a woken thread often comes to where its waker is, since a virtual processor that sleeps passes for one that is taken away.
/// </summary>
internal static unsafe partial class Processors
{
    /// <summary>What stands for a processor that is not known.</summary>
    public const int Unknown = -1;

    private const int Most = 1024; // with more the system refuses, and all stays as it is
    private const int WordBits = 64;

    /// <summary>How many processors there are; 0 where that is not known.</summary>
    public static readonly int Online = CountOnline();

    /// <summary>The number of the processor that the thread is on; <see cref="Unknown"/> where it cannot be had.</summary>
    public static int Current => Platform.IsLinux ? GetCurrent() : Unknown;

    /// <summary>
    /// Moves the thread to a processor that is none of these, or at least another than the one it is on, if there is one. It may come back
    /// at any time. A thread that may not use all processors stays where it is: who has said so may say something else later, which must hold.
    /// </summary>
    public static void Leave(ReadOnlySpan<int> taken)
    {
        if (!Platform.IsLinux)
            return;
        Span<ulong> all = stackalloc ulong[Most / WordBits];
        if (!TryGetAllowed(all) || Count(all) != Online || GetCurrent() is not (>= 0 and < Most and var here))
            return;
        Span<ulong> others = stackalloc ulong[Most / WordBits];
        all.CopyTo(others);
        foreach (var processor in taken)
            Remove(others, processor);
        Remove(others, here);
        if (Count(others) == 0)
        {
            all.CopyTo(others);
            Remove(others, here);
        }

        if (!TrySetAllowed(others)) // refused if there is no other
            return;
        all.Fill(ulong.MaxValue); // also those that come later
        TrySetAllowed(all);
    }

    private static void Remove(Span<ulong> mask, int processor)
    {
        if (processor is >= 0 and < Most)
            mask[processor / WordBits] &= ~(1UL << (processor % WordBits));
    }

    private static int Count(ReadOnlySpan<ulong> mask)
    {
        var count = 0;
        foreach (var word in mask)
            count += BitOperations.PopCount(word);
        return count;
    }

    private static bool TryGetAllowed(Span<ulong> mask)
    {
        fixed (ulong* words = mask)
            return GetAllowed(thread: 0, (nuint)(mask.Length * sizeof(ulong)), words) >= 0;
    }

    private static bool TrySetAllowed(ReadOnlySpan<ulong> mask)
    {
        fixed (ulong* words = mask)
            return SetAllowed(thread: 0, (nuint)(mask.Length * sizeof(ulong)), words) == 0;
    }

    // "0-3,8-11"; none if it cannot be read.
    private static int CountOnline()
    {
        if (!Platform.IsLinux)
            return 0;
        try
        {
            var count = 0;
            foreach (var range in File.ReadAllText("/sys/devices/system/cpu/online").Split(','))
            {
                var ends = range.Split('-');
                count += int.Parse(ends[^1], CultureInfo.InvariantCulture) - int.Parse(ends[0], CultureInfo.InvariantCulture) + 1;
            }

            return count;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetCurrent();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetAllowed(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAllowed(int thread, nuint size, ulong* mask);
}
