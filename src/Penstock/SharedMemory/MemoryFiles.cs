namespace Penstock.SharedMemory;

/// <summary>
/// The files that shared memory lies in, as far as they have a name. The runtime closes nothing at the end of a process, so their creator removes
/// them there; and as it may end by a signal, its workers do so when they see it gone.
/// </summary>
internal static class MemoryFiles
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Created = new(StringComparer.Ordinal);
    private static readonly HashSet<string> Opened = new(StringComparer.Ordinal);

    static MemoryFiles()
    {
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => RemoveCreated();
        AppDomain.CurrentDomain.UnhandledException += static (_, _) => RemoveCreated(); // which ends the process without the other event
    }

    public static void Add(string path, bool isCreator)
    {
        lock (Gate)
            (isCreator ? Created : Opened).Add(path);
    }

    /// <summary>It has lost its name, or others look after it.</summary>
    public static void Forget(string path)
    {
        lock (Gate)
        {
            Created.Remove(path);
            Opened.Remove(path);
        }
    }

    /// <summary>Before this process ends.</summary>
    public static void RemoveCreated() => Remove(Created);

    /// <summary>When the process that started this one is gone.</summary>
    public static void RemoveOpened() => Remove(Opened);

    private static void Remove(HashSet<string> paths)
    {
        if (OperatingSystem.IsWindows()) // which removes what nobody has open any more
            return;
        lock (Gate)
        {
            foreach (var path in paths)
            {
                try
                {
                    File.Delete(path);
                }
                catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
                {
                    // The folder is gone, or has become read-only.
                }
            }

            paths.Clear();
        }
    }
}
