using System.Diagnostics;

namespace Penstock.Hosting.Tests.Promises;

/// <summary>Stages that can run in processes of their own.</summary>
internal static class Chores
{
    public const int BadNumber = 7;

    public static IEnumerable<int> Square(IEnumerable<int> items)
    {
        foreach (var n in items)
            yield return n * n;
    }

    public static IEnumerable<int> Refuse(IEnumerable<int> items)
    {
        foreach (var n in items)
            yield return n == BadNumber ? throw new FormatException("seven", new IOException("inside")) : n;
    }

    /// <summary>The process is gone, as when the system runs out of memory.</summary>
    public static IEnumerable<int> Crash(IEnumerable<int> items)
    {
        foreach (var n in items)
        {
            if (n == BadNumber)
                Process.GetCurrentProcess().Kill();
            yield return n;
        }
    }

    public static IEnumerable<int> ProcessOf(IEnumerable<int> items)
    {
        foreach (var _ in items)
            yield return Environment.ProcessId;
    }
}
