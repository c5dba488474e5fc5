using System.Diagnostics;

namespace Penstock.Stress;

/// <summary>What a run may have left behind, as the operating system sees it.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Threads end a moment after the worker on them; nothing tells when, so this looks a few times.</summary>
    public static void AssertNoThreads()
    {
        var start = Stopwatch.GetTimestamp();
        while (Threads() is { Count: > 0 } threads)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new StressException($"{threads.Count} threads are left: {string.Join(", ", threads.Take(5))}");
            Thread.Sleep(10);
        }
    }

    private static List<string> Threads()
    {
        var names = new List<string>();
        if (!OperatingSystem.IsLinux())
            return names;
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                var name = File.ReadAllText(Path.Combine(thread, "comm")).Trim();
                if (name.StartsWith("Penstock:", StringComparison.Ordinal))
                    names.Add(name);
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }

        return names;
    }
}
