namespace Penstock.Processes;

/// <summary>
/// Linux: one thread starts all workers and sleeps on their descriptors until one dies; another passes on what they print. Neither
/// ever ends: the kernel would kill the workers with the thread that started them (see <see cref="LinuxParentWatch"/>).
/// </summary>
internal sealed class LinuxWorkerProcess : WorkerProcess
{
    private static object? making;
    private static EventLoop? watching;
    private static EventLoop? printing;

    private readonly Lock gate = new();
    private readonly WorkerStart start;
    private readonly OutputPipe output;
    private readonly OutputPipe error;
    private readonly int id;
    private int descriptor; // -1 once the process has been reaped: it must not be used for another one

    private LinuxWorkerProcess(WorkerLaunch launch, WorkerStart start, LinuxChild child, Action<WorkerProcess, WorkerExit>? died)
        : base(launch, died)
    {
        this.start = start;
        id = child.Id;
        descriptor = child.Descriptor;
        output = new(child.Output, Output);
        error = new(child.Error, Error);
    }

    public override int Id => id;

    // Not lazy ones, which would remember that the first try has failed.
    private static EventLoop Watching => LazyInitializer.EnsureInitialized(ref watching, ref making, static () => new("Penstock watch"));

    private static EventLoop Printing => LazyInitializer.EnsureInitialized(ref printing, ref making, static () => new("Penstock print"));

    public static new LinuxWorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died)
    {
        var prepared = WorkerStart.Prepare(launch);
        try
        {
            return Watching.Invoke(() =>
            {
                var worker = new LinuxWorkerProcess(launch, prepared, LinuxChild.Start(prepared), died);
                worker.Watch();
                return worker;
            });
        }
        catch
        {
            prepared.Message.Dispose();
            throw;
        }
    }

    public override void Kill()
    {
        lock (gate)
        {
            if (descriptor >= 0)
                PidDescriptor.SendKill(descriptor);
        }
    }

    // From here on, everything happens on the two threads, so nothing needs a lock that they do not share.
    private void Watch()
    {
        Watching.Watch(descriptor, OnReadable);
        Printing.Post(() =>
        {
            output.PassOn(Printing);
            error.PassOn(Printing);
        });
    }

    private void OnReadable()
    {
        var key = ProcessStatus.StartOf(id);
        if (LinuxChild.Reap(id) is not { } exit)
            return; // not dead after all
        Watching.Unwatch(descriptor);
        lock (gate)
        {
            _ = Descriptors.Close(descriptor);
            descriptor = -1;
        }

        error.Drain(); // its last words are the reason, most often
        OnDied(exit);
        DiagnosticFiles.Remove(id, key, start.Environment.GetValueOrDefault("TMPDIR"));
        start.Message.Dispose();
        Printing.Post(() =>
        {
            output.Finish(Printing);
            error.Finish(Printing);
            OnGone(exit);
        });
    }
}
