namespace Penstock;

/// <summary>How one stage runs. Every option has a working default; values are checked when the stage is added to a pipeline.</summary>
public sealed record StageOptions
{
    /// <summary>The stage's name in errors, logs, metrics and pictures. Default: the method's name.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// How many instances of the stage's generator run at once: 1 to 4,096, in processes to 1,023; default 1. With several workers a stage must treat
    /// items independently, and finishes with an item before it asks for the next.
    /// </summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// How many items may exist at once on the link behind this stage (being produced, waiting, or being consumed):
    /// at least <see cref="Workers"/>, at most 16,777,216, to or from a process 16,384. Default: this stage's workers + the next stage's workers + 2.
    /// With 1 between two synchronous single-worker stages both run on one thread, as plain composition does.
    /// </summary>
    public int? MaxInFlight { get; init; }

    /// <summary>
    /// How many bytes may wait or be consumed at once on the link behind this stage: 1 or more; default: no limit.
    /// An item larger than the limit passes alone. Needs <see cref="SizeOf"/> unless the items are buffers, strings, memory of bytes, characters or floats,
    /// or arrays of those or of values, or come from a stage with <see cref="Isolation.Process"/>: there an item that cannot measure itself counts the bytes that it takes in shared memory.
    /// </summary>
    public long? MaxInFlightBytes { get; init; }

    /// <summary>
    /// The size of an item in bytes, 0 or more, for items that do not measure themselves. Default: none. A stage in a process measures there, so
    /// then it must not capture anything.
    /// </summary>
    public Func<object, long>? SizeOf { get; init; }

    /// <summary>
    /// Whether a stage with several workers hands its items on in the order of its input. Default: true.
    /// False gives the order up, never an item.
    /// </summary>
    public bool Ordered { get; init; } = true;

    /// <summary>How far the stage's workers are kept apart. Default: <see cref="Isolation.Thread"/>. Asynchronous stages run as tasks, of this process or of one of their own.</summary>
    public Isolation Isolation { get; init; } = Isolation.Thread;

    /// <summary>
    /// The longest stay in user code without asking for an item or yielding one: above 0; default: no limit. The start of a
    /// stage, before it asks for its first item, does not count: see <see cref="StartupTimeout"/>. A thread cannot be
    /// killed: the run fails with a <see cref="WorkerStuckException"/>. A process is killed, which is a fault on its item like any other, with
    /// that exception: see <see cref="Faults"/>. Found at the latest a quarter of the time-out too late.
    /// </summary>
    public TimeSpan? ItemTimeout { get; init; }

    /// <summary>
    /// How long a worker may take until it first asks for an item or yields one (to load a model, say): above 0; default: no limit but
    /// <see cref="RunOptions.IdleTimeout"/>, in whose place it counts. Then the run fails with a <see cref="WorkerStuckException"/>,
    /// whatever <see cref="Faults"/> says. A process counts from its start, also from one for another try of an item, and is killed.
    /// </summary>
    public TimeSpan? StartupTimeout { get; init; }

    /// <summary>What happens when the generator throws on an item, or its process dies on one. Default: <see cref="FaultPolicy.Stop"/>.</summary>
    public FaultPolicy Faults { get; init; } = FaultPolicy.Stop;

    /// <summary>
    /// Process workers: environment variables by worker number, counted from 0, for example <c>CUDA_VISIBLE_DEVICES</c>; they win over
    /// inherited ones. Called whenever a process is started. Thread workers ignore it.
    /// </summary>
    public Func<int, IReadOnlyDictionary<string, string>>? WorkerEnvironment { get; init; }

    /// <summary>
    /// Process workers: the managed memory one may use, in bytes: 4 MiB or more. On Linux managed and native memory together are limited, too: to
    /// as much, plus what the runtime took to start, plus 256 MiB. Items on links do not count. Default: three quarters of the machine's or
    /// container's memory, divided by the number of worker processes of the run, but 256 MiB at the least, for managed memory, and no limit for native. Thread workers ignore it.
    /// </summary>
    public long? MemoryLimit { get; init; }

    /// <summary>
    /// Process workers: the number of items after which one finishes its generator and is replaced by a fresh process: 1 or more; default:
    /// never. Thread workers ignore it.
    /// </summary>
    public int? RecycleAfter { get; init; }

    /// <summary>
    /// Process workers: the memory in bytes above which one finishes its generator and is replaced by a fresh process: 1 or more; default:
    /// no limit. Counts what the process itself uses of the machine's memory, managed and native, looked up when it takes an item, every 50 ms
    /// at the most. Set it well above what the stage takes to start: each process finishes an item at least. Thread workers ignore it.
    /// </summary>
    public long? RecycleAboveMemory { get; init; }
}
