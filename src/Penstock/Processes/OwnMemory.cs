using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Penstock.Processes;

/// <summary>The memory that this process uses for itself: native and managed, what lies in the machine's memory of it.</summary>
internal static class OwnMemory
{
    private static readonly SafeFileHandle? Counters = OperatingSystem.IsLinux() ? File.OpenHandle("/proc/self/statm") : null;

    /// <summary>In bytes. On Linux without what it shares with others: files, and the items on links.</summary>
    public static long Read()
    {
        if (Counters is null)
            return Environment.WorkingSet;

        // In pages: the address space, what is in memory, and how much of that is shared.
        Span<byte> line = stackalloc byte[128];
        line = line[..RandomAccess.Read(Counters, line, 0)];
        _ = Next(ref line);
        var resident = Next(ref line);
        return (resident - Next(ref line)) * Environment.SystemPageSize;
    }

    private static long Next(ref Span<byte> line)
    {
        _ = Utf8Parser.TryParse(line, out long number, out var length);
        line = line[(length + 1)..];
        return number;
    }
}
