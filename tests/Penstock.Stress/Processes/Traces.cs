using System.Globalization;

namespace Penstock.Stress.Processes;

/// <summary>What this process holds of the system, and what its children have left, as Linux tells it.</summary>
/// <param name="Children">Processes that are alive or wait for their exit to be read.</param>
/// <param name="Descriptors">Open ones.</param>
/// <param name="Shared">Those among them that are shared memory.</param>
/// <param name="Mappings">Pieces of the address space.</param>
/// <param name="SharedMappings">Those among them that are shared memory.</param>
/// <param name="Files">In the workers' temporary folder, and shared memory that has a name.</param>
/// <param name="Managed">Bytes that are reachable.</param>
/// <param name="Resident">Bytes of memory in use.</param>
internal sealed record Traces(int Children, int Descriptors, int Shared, int Mappings, int SharedMappings, int Files, long Managed, long Resident)
{
    private const string Ours = "penstock-";
    private const string MemoryFolder = "/dev/shm";

    public static Traces Take(string folder)
    {
        Leftovers.AssertNoThreads();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        var heap = GC.GetGCMemoryInfo(GCKind.FullBlocking);

        string[] descriptors = [.. new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Select(f => f.LinkTarget ?? "")];
        var mappings = File.ReadAllLines("/proc/self/maps");
        var named = Directory.Exists(MemoryFolder) ? Directory.GetFiles(MemoryFolder, string.Create(CultureInfo.InvariantCulture, $"{Ours}*-{Environment.ProcessId}-*")).Length : 0;
        return new(
            CountChildren(), descriptors.Length, descriptors.Count(IsShared), mappings.Length, mappings.Count(IsShared),
            Directory.GetFileSystemEntries(folder).Length + named, heap.HeapSizeBytes - heap.FragmentedBytes, Environment.WorkingSet);
    }

    public void MustBeNoMoreThan(Traces before)
    {
        // The runtime opens, maps and keeps some things in its own time.
        Require(Children == 0, "processes are left");
        Require(Shared == 0 && SharedMappings == 0, "shared memory is left");
        Require(Files == 0, "files are left");
        Require(Descriptors <= before.Descriptors + 5, "descriptors are left");
        Require(Mappings <= before.Mappings + 100, "mappings are left");
        Require(Managed <= before.Managed + 1_000_000, "objects are left");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Children} children, {Descriptors} descriptors ({Shared} of shared memory), {Mappings} mappings ({SharedMappings} of shared memory), {Files} files, {Managed / 1024.0:F0} KiB managed, {Resident / 1048576.0:F0} MiB resident");

    // What lies at the addresses of an ended run until it is collected is empty.
    private static bool IsShared(string target) => !target.Contains($"memfd:{Ours}nothing", StringComparison.Ordinal) && (target.Contains("memfd:" + Ours, StringComparison.Ordinal) || target.Contains($"{MemoryFolder}/{Ours}", StringComparison.Ordinal));

    private static int CountChildren() => Directory.GetDirectories("/proc").Count(process =>
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(process, "stat")); // the name before may hold spaces and brackets
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) == Environment.ProcessId;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DirectoryNotFoundException)
        {
            return false; // no process, or one that has just gone
        }
    });

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new StressException(otherwise);
    }
}
