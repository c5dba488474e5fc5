using System.Globalization;

namespace Penstock.SharedMemory;

/// <summary>Asked before anything starts: better a clear error than a bus error in the middle of a run.</summary>
internal static class SharedMemoryCheck
{
    /// <param name="virtualBytes">Address space that the run's shared memory takes in one process.</param>
    /// <param name="touchedBytes">Shared memory that the run may use for small items alone; large ones come on top.</param>
    /// <param name="largestFile">Bytes of the largest memory file, most of it holes.</param>
    /// <param name="files">The room for files, where the memory lies in such.</param>
    /// <exception cref="PipelineDefinitionException">It cannot work; the message says which limit to raise.</exception>
    public static void Require(long virtualBytes, long touchedBytes = 0, long largestFile = 0, FileSpace? files = null)
    {
        // The kernel counts the holes, too, and answers with a signal that ends the process.
        if (ResourceLimit.FileSize.Value is { } fileSize && fileSize < largestFile)
        {
            throw Refuse($"""
                Process stages need a memory file of {Text(largestFile)} (not memory: pages exist only when touched), but files of this process are
                limited to {Text(fileSize)}. Raise the limit (ulimit -f, RLIMIT_FSIZE), or use a lower MaxInFlight or fewer workers.
                """);
        }

        if (ResourceLimit.AddressSpace.Value is { } space && !HasRoom(space, virtualBytes))
        {
            throw Refuse($"""
                Process stages need {Text(virtualBytes)} of address space for shared memory (not of memory: pages exist only when touched), but this
                process is limited to {Text(space)}. Raise the limit (ulimit -v, RLIMIT_AS), or use a lower MaxInFlight or fewer workers.
                """);
        }

        // The machine's memory, or the limit of the control group (version 1 or 2) if that is lower.
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (memory < touchedBytes)
        {
            throw Refuse($"""
                Process stages need up to {Text(touchedBytes)} of shared memory for small items alone, but this process may use {Text(memory)} in all. Raise the
                memory limit of the container, or use a lower MaxInFlight or fewer workers.
                """);
        }

        if (files?.Free is { } free && free < touchedBytes)
            throw Refuse($"Process stages need {Text(touchedBytes)} of shared memory for small items alone in {FileRegion.Folder}, where {Text(free)} are free. {FileRegion.Cure}.");
    }

    private static PipelineDefinitionException Refuse(string message) => new(message.ReplaceLineEndings(" "));

    private static bool HasRoom(long space, long bytes)
    {
        if (space - UsedAddressSpace() >= bytes)
            return true;
        SharedRegion.CollectRetired();
        return space - UsedAddressSpace() >= bytes;
    }

    private static long UsedAddressSpace()
    {
        // The first number is the size of the address space in pages.
        var pages = File.ReadAllText("/proc/self/statm").AsSpan();
        return long.Parse(pages[..pages.IndexOf(' ')], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    private static string Text(long bytes) => bytes < 10 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:N0} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:N0} MiB");
}
