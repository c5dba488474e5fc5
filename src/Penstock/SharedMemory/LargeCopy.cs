using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Penstock.SharedMemory;

/// <summary>
/// Copies raw memory. Large amounts go past the caches: they would not stay there until somebody reads them, and a processor that does
/// not fetch what it is about to overwrite copies nearly twice as fast.
/// </summary>
internal static unsafe class LargeCopy
{
    /// <summary>From here on an item and its neighbours do not fit the caches of common processors.</summary>
    public const int Threshold = 4 << 20;

    private const int Step = 64; // a cache line

    /// <param name="from">What is copied.</param>
    /// <param name="to">Where to; at least as long, and elsewhere.</param>
    public static void Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (from.Length < Threshold || !Vector256.IsHardwareAccelerated)
        {
            from.CopyTo(to);
            return;
        }

        ref var target = ref MemoryMarshal.GetReference(to[..from.Length]);
        fixed (byte* source = from, start = &target)
        {
            var head = (int)(-(nint)start & (Step - 1));
            var end = head + (from.Length - head) / Step * Step;
            from[..head].CopyTo(to);
            for (var i = head; i < end; i += Step)
            {
                var (first, second) = (Vector256.Load(source + i), Vector256.Load(source + i + Step / 2));
                first.StoreAlignedNonTemporal(start + i);
                second.StoreAlignedNonTemporal(start + i + Step / 2);
            }

            from[end..].CopyTo(to[end..]);
        }

        Interlocked.MemoryBarrier(); // such stores may otherwise be seen after those that follow them
    }

    /// <summary>A copy on the heap. Its pages, should they be new, are large ones where the system has them: that takes a fraction of the time.</summary>
    public static T[] ToArray<T>(ReadOnlySpan<T> items)
    {
        var copy = GC.AllocateUninitializedArray<T>(items.Length);
        var bytes = MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetArrayDataReference(copy)), items.Length * Unsafe.SizeOf<T>());
        if (bytes.Length >= Threshold && Platform.IsLinux)
        {
            fixed (byte* start = bytes)
                LinuxMemory.PreferLargePages(start, bytes.Length);
        }

        Copy(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(items)), bytes.Length), bytes);
        return copy;
    }
}
