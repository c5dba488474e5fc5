using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>
/// In a worker: it must not outlive the process that started it, and leaves the signals that reach all processes of a terminal or a service to
/// that one: SIGINT is ignored, and after SIGTERM the run has a second to begin to stop or drain before the worker dies of it.
/// </summary>
internal abstract class ParentWatch
{
    private const int TerminatedExitCode = 128 + 15;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource released = new();

    /// <summary>Ends this process at once if its parent is not the one that started a worker, or is not any more.</summary>
    public static ParentWatch Begin(int parent) => Platform.IsLinux ? LinuxParentWatch.Begin(parent) : new PortableParentWatch(parent);

    /// <summary>From now on the worker answers to signals, and ends when its parent does.</summary>
    /// <param name="hasFiles">Whether the memory they share lies in files, which the worker removes if the parent cannot.</param>
    public abstract void Start(bool hasFiles);

    /// <summary>The run stops or drains: from now on it says when the worker ends, and SIGTERM has nothing more to say.</summary>
    public void Release() => released.TrySetResult();

    // Runs on a thread that the runtime makes for it.
    protected void OnTerminated(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (released.Task.Wait(Grace))
            return;
        Die();
        ProcessExit.Now(TerminatedExitCode);
    }

    /// <summary>Ends this process by SIGTERM, where a process can do that.</summary>
    protected virtual void Die()
    {
    }

    /// <summary>For processes that are nobody's worker: their parent is another one, though somewhere there may be the one they were told.</summary>
    protected static void Leave(int parent)
    {
        Console.Error.WriteLine($"Penstock: this process was started as a worker by process {parent}, which is not its parent. It ends here.");
        ProcessExit.Now(1);
    }
}
