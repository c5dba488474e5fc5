namespace Penstock.Processes;

/// <summary>
/// A worker process, seen from the one that started it. Disposing it kills it and does not wait; <see cref="Exited"/> always completes.
/// </summary>
internal abstract class WorkerProcess : IDisposable
{
    private static readonly TimeSpan MostToPrint = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<WorkerExit> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<WorkerProcess, WorkerExit>? died;

    protected WorkerProcess(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died)
    {
        Name = launch.Name;
        this.died = died;
        var label = launch.LabelsOutput ? $"[{Name}] " : "";
        Output = new(static () => Console.Out, label);
        Error = new(static () => Console.Error, label);
    }

    public string Name { get; }

    /// <summary>The number of the process.</summary>
    public abstract int Id { get; }

    /// <summary>
    /// Completes when the process is gone and all that it printed has been passed on. A console that stands still delays it, not the
    /// callback given to <see cref="Start"/>.
    /// </summary>
    public Task<WorkerExit> Exited => exited.Task;

    /// <summary>The last lines of its standard error; complete from its death on.</summary>
    public string StandardErrorTail => Error.Tail;

    protected WorkerOutput Output { get; }

    protected WorkerOutput Error { get; }

    /// <summary>Returns when the process has been made; it becomes a worker some milliseconds later. Any thread may start one, and end afterwards.</summary>
    /// <param name="launch">What to start.</param>
    /// <param name="died">Called once, within milliseconds of the worker's death, on a thread that watches over all workers: it must not block.</param>
    /// <exception cref="PipelineDefinitionException">This application cannot be started again.</exception>
    /// <exception cref="IOException">The system refuses another process.</exception>
    public static WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died = null) => launch.IsPortable
        ? PortableWorkerProcess.Start(launch, died)
        : LinuxWorkerProcess.Start(launch, died);

    /// <summary>
    /// Completes as <see cref="Exited"/> does, though for a console that stands still it waits no longer than a second. Whoever hears of the
    /// end of a run may exit, and what was printed must be seen before.
    /// </summary>
    public async Task AllPrintedAsync() => await ((Task)Exited).WaitAsync(MostToPrint).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Ends the process at once, without a chance to clean up. Does nothing if it has ended.</summary>
    public abstract void Kill();

    public void Dispose() => Kill();

    protected void OnDied(WorkerExit exit) => died?.Invoke(this, exit);

    protected void OnGone(WorkerExit exit) => exited.TrySetResult(exit);
}
