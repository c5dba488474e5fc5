using System.Globalization;

namespace Penstock.Processes;

/// <summary>
/// Each .NET process has sockets and pipes in the temporary folder, by which tools such as dotnet-trace find it. One that is killed cannot
/// remove them, so its parent does.
/// </summary>
internal static class DiagnosticFiles
{
    private static readonly (string Start, string End)[] Names = [("dotnet-diagnostic", "-socket"), ("clr-debug-pipe", "-in"), ("clr-debug-pipe", "-out")];

    /// <summary>Of a process whose start is known, see <see cref="ProcessStatus.StartOf"/>.</summary>
    public static void Remove(int process, string? key, string? folder)
    {
        if (key is null)
            return;
        folder = string.IsNullOrEmpty(folder) ? "/tmp" : folder;
        foreach (var (start, end) in Names)
            Remove(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{start}-{process}-{key}{end}")));
    }

    /// <summary>Before this process ends in a way that does not let the runtime do it.</summary>
    public static void RemoveOwn() => Remove(Environment.ProcessId, ProcessStatus.StartOf(Environment.ProcessId), Environment.GetEnvironmentVariable("TMPDIR"));

    /// <summary>Without knowing when the process started: looks through the temporary folder.</summary>
    public static void Remove(int process, string? folder = null)
    {
        foreach (var (start, end) in Names)
        {
            foreach (var path in Directory.EnumerateFiles(Directory.Exists(folder) ? folder : Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"{start}-{process}-*{end}")))
                Remove(path);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A leftover of some bytes that anybody may clean up.
        }
    }
}
