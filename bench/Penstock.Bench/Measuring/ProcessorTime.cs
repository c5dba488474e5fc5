using System.Runtime.InteropServices;

namespace Penstock.Bench.Measuring;

/// <summary>
/// Processor time in microseconds, from the kernel; <see cref="System.Diagnostics.Process"/> counts in ticks of 10 ms on Linux, too coarse for short rounds.
/// </summary>
internal static class ProcessorTime
{
    private const int Children = -1;

    /// <summary>Of this process and of those it has started, as soon as they have ended.</summary>
    public static TimeSpan OfThisAndChildren
    {
        get
        {
            var own = Environment.CpuUsage.TotalTime;
            if (!OperatingSystem.IsLinux() || getrusage(Children, out var usage) != 0)
                return own;
            return own
                + TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds)
                + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds);
        }
    }

    /// <summary>The most memory that any child which has ended ever had, in bytes.</summary>
    public static long PeakOfLargestChild =>
        OperatingSystem.IsLinux() && getrusage(Children, out var usage) == 0 ? usage.PeakKilobytes * 1024 : 0;

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int getrusage(int who, out Usage usage);

    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private readonly struct Usage
    {
        public readonly long UserSeconds;
        public readonly long UserMicroseconds;
        public readonly long SystemSeconds;
        public readonly long SystemMicroseconds;
        public readonly long PeakKilobytes;
    }
}
