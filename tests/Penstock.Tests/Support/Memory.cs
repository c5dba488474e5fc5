using System.Globalization;

namespace Penstock.Tests.Support;

/// <summary>What the kernel counts for this process, in bytes.</summary>
/// <remarks>Earlier tests' regions go when the collector finds them, so a figure may also fall while a test adds nothing: growth has an upper limit only.</remarks>
internal static class Memory
{
    /// <summary>Pages of shared memory that are there.</summary>
    internal static long Shared => Status("RssShmem:");

    /// <summary>What is promised to private mappings, whether it is there or not.</summary>
    internal static long Promised => Status("VmData:");

    internal static void MustNotHaveGrown(long before, long limit) => Assert.InRange(Shared - before, long.MinValue, limit);

    private static long Status(string name)
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
