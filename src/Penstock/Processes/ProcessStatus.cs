using System.Globalization;

namespace Penstock.Processes;

/// <summary>Linux: what the kernel shows of a process.</summary>
internal static class ProcessStatus
{
    // Of /proc/<pid>/stat, counted from 1. The second, the name, is in parentheses and may hold anything.
    private const int State = 3;
    private const int StartTime = 22;

    private const string Stopped = "T"; // not "t", which a debugger has stopped

    /// <summary>What tells a process from a later one with the same number: when it started. Known until it has been reaped.</summary>
    public static string? StartOf(int process) => Field(process, StartTime);

    /// <summary>Whether a signal (SIGSTOP, SIGTSTP) keeps it from going on until another (SIGCONT) lets it.</summary>
    public static bool IsStopped(int process) => Field(process, State) is Stopped;

    private static string? Field(int process, int number)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[number - State];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
