using System.Globalization;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>
/// How much memory a worker may use. Each worker's garbage collector would otherwise believe that it has the machine for itself. Without
/// a limit of its own, a worker's managed heap may take three quarters of the memory, divided by the number of workers: of the machine's,
/// or the container's if that has a limit. Native memory is then not limited.
/// </summary>
internal static class MemoryShare
{
    public const string HeapLimitVariable = "DOTNET_GCHeapHardLimit";

    /// <summary>The smallest limit under which the runtime (.NET 10) starts: its collector wants 19 regions of 1 MiB in five times as many addresses.</summary>
    public const long LeastLimit = 4L << 20;

    private const long Least = 256L << 20; // below it programs fail rather than collect harder

    // Beyond what a limited worker has when it starts: stacks of threads, and the runtime's own growth.
    private const long Headroom = 256L << 20;

    /// <summary>The limit of the managed heap, in bytes, as the runtime's variable wants it: hexadecimal.</summary>
    public static string HeapLimit(long? memoryLimit, int workers)
    {
        var bytes = memoryLimit ?? Math.Max(Least, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3 / Math.Max(1, workers));
        return bytes.ToString("x", CultureInfo.InvariantCulture);
    }

    /// <summary>In a worker: limits native memory too. What it cannot have is refused: malloc returns null, the runtime throws OutOfMemoryException.</summary>
    public static void Limit(long bytes)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var limit = Used() + Headroom + bytes;
        if (!(ResourceLimit.PrivateMemory.Value <= limit)) // who has inherited a lower one keeps it
            ResourceLimit.PrivateMemory.Set(limit);
    }

    private static long Used()
    {
        // The sixth number is the size of data and stacks in pages, counted as the limit counts them.
        var numbers = File.ReadAllText("/proc/self/statm").Split(' ');
        return long.Parse(numbers[5], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
