namespace Penstock.Processes;

/// <summary>What a worker process is told by the one that started it.</summary>
internal sealed class WorkerArguments(string name, ReadOnlyMemory<byte> message, int parent, MethodName[] setups, ParentWatch watch)
{
    public string Name { get; } = name;

    public ReadOnlyMemory<byte> Message { get; } = message;

    /// <summary>The process that started this one.</summary>
    public int Parent { get; } = parent;

    /// <summary>What looks after the parent, and answers to signals.</summary>
    public ParentWatch Watch { get; } = watch;

    /// <summary>
    /// Runs the methods marked with <see cref="PipelineWorkerSetupAttribute"/>, those of the entry assembly first. Left to the entry
    /// method, so that what they throw goes the way of the stage's own exceptions.
    /// </summary>
    public void RunSetup()
    {
        foreach (var setup in setups)
            setup.Bind<Action>()();
    }
}
