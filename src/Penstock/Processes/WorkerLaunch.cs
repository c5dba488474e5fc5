using System.Reflection;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>What a worker process is started with.</summary>
internal sealed record WorkerLaunch
{
    /// <summary>For errors, labels and diagnostic tools: the stage's name and the worker's number.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// A static, non-generic method that the worker runs, with the process's main thread; when it returns, the worker exits.
    /// It is found again by the names of its assembly, type and method.
    /// </summary>
    public required Action<WorkerArguments> Entry { get; init; }

    /// <summary>What the entry method is told.</summary>
    public ReadOnlyMemory<byte> Message { get; init; }

    /// <summary>Variables that only this worker has. They win over inherited ones and over those set for all workers.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Bytes of managed memory, and bytes of native memory beyond what the runtime needs for itself; null for a share of the machine.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>How many workers share the machine's memory.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// The assemblies of the stage: looked through for methods with <see cref="PipelineWorkerSetupAttribute"/>, and loaded from
    /// the same files, where the runtime would not find them by name.
    /// </summary>
    public IReadOnlyList<Assembly> Assemblies { get; init; } = [];

    /// <summary>Whether the worker, and what connects it with this process, are the portable ones, whatever this process uses itself.</summary>
    public bool IsPortable { get; init; } = !Platform.IsLinux;

    /// <summary>Whether the worker's name stands before each line it prints.</summary>
    public bool LabelsOutput { get; init; }
}
