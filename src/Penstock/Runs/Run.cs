using System.Collections.Concurrent;
using Penstock.Faults;
using Penstock.Links;
using Penstock.Telemetry;
using Penstock.Workers;

namespace Penstock.Runs;

/// <summary>One execution of a pipeline: what it consists of, and its outcome. How it ends is in Run.Ending.cs.</summary>
internal sealed partial class Run
{
    private static readonly ConcurrentDictionary<Run, PipelineRun> ActiveRuns = new();

    private readonly List<RunningStage> stages = [];
    private readonly List<ISharedLink> sharedLinks = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long startedAt;
    private Watchdog? watchdog;
    private Supervisor? supervisor;
    private CancellationTokenRegistration cancellation;
    private CancellationToken callersToken;

    public Run(RunOptions options)
    {
        Options = options;
        Time = options.TimeProvider;
        Log = new RunLog(options.LoggerFactory);
        DeadLetters = new DeadLetterBox(this);
        Trace = new Trace(this);
        startedAt = Time.GetTimestamp();
    }

    public static IReadOnlyCollection<PipelineRun> Active => [.. ActiveRuns.Values];

    public RunOptions Options { get; }

    public TimeProvider Time { get; }

    public RunLog Log { get; }

    public Trace Trace { get; }

    public DeadLetterBox DeadLetters { get; }

    public string Name { get; private set; } = "";

    public IReadOnlyList<RunningStage> Stages => stages;

    /// <summary>The stage that stands for the caller's own loop, if results go to it.</summary>
    public RunningStage? Caller { get; private set; }

    /// <summary>In a worker process: tells a failure, and whether of a finally block, to the process that started the run.</summary>
    public Action<Fault, bool>? Report { get; init; }

    /// <summary>What the run shares between its processes, if it has several.</summary>
    public RunMemory? Memory { get; init; }

    /// <summary>Objects that engine stages share in this run, by what they belong to.</summary>
    public ConcurrentDictionary<object, object> Shared { get; } = new();

    /// <summary>Completes when the run has ended, well or not; never faults.</summary>
    public Task Ended => ended.Task;

    /// <summary>What the caller had in AsyncLocals; threads and tasks take it along, workers that are driven inline begin with it.</summary>
    public ExecutionContext? CallersContext { get; private set; }

    /// <summary>Called by a worker when it begins or ends to wait, and when it leaves: so tests need not look again and again.</summary>
    public Action? WorkerChanged { get; set; }

    /// <summary>Whether somebody is told of the end of every item: of all that it became. Set while the run is built.</summary>
    public bool TracksItems { get; set; }

    public bool IsSequential => Options.Execution == Execution.Sequential;

    public TimeSpan Elapsed => Time.GetElapsedTime(startedAt, endedAt ?? Time.GetTimestamp());

    /// <summary>Builds the run. If that fails, it shares nothing any more.</summary>
    public T Build<T>(Func<RunBuilder, T> build)
    {
        try
        {
            return build(new RunBuilder(this));
        }
        catch
        {
            RetireShared();
            throw;
        }
    }

    public void Add(ISharedLink link) => sharedLinks.Add(link);

    public void Add(RunningStage stage)
    {
        if (stage.IsCaller)
            Caller = stage;
        else
            stages.Add(stage);
        present += stage.IsCaller ? 0 : stage.Workers.Count;
    }

    /// <summary>Makes the run public and starts its workers; a sequential run is then driven by its caller.</summary>
    public void Start(PipelineRun publicRun, CancellationToken ct)
    {
        Name = Options.Name ?? string.Join(" → ", stages.Select(s => s.Name));
        ActiveRuns[this] = publicRun;
        Listeners.Call(Log, () => Metrics.OnStarted(this)); // a listener may throw as soon as it hears of the meter
        Log.Started(Name);
        Trace.StartRun();
        try
        {
            Options.OnStarted?.Invoke(publicRun);
        }
        catch (Exception exception)
        {
            FailWith(exception);
        }

        CallersContext = IsSequential ? ExecutionContext.Capture() : null;
        callersToken = ct;
        cancellation = ct.UnsafeRegister(static (run, token) => ((Run)run!).Abort(token), this);
        if (!IsSequential)
        {
            watchdog = Watchdog.StartFor(this);
            Action<Worker> start = Memory is null || TrySupervise() ? StartOrLeave : Leave;
            foreach (var worker in stages.SelectMany(s => s.Workers).ToArray())
                start(worker);
        }
    }

    // The system may refuse that thread, too: then the run fails, and its workers leave before they have started.
    private bool TrySupervise()
    {
        try
        {
            supervisor = Supervisor.StartFor(this);
            return true;
        }
        catch (Exception exception)
        {
            FailWith(exception);
            return false;
        }
    }

    // The system may refuse a thread; then the run fails, and those that have started leave.
    private void StartOrLeave(Worker worker)
    {
        try
        {
            Runner.Start(worker);
        }
        catch (Exception exception)
        {
            FailWith(new Fault(exception, worker));
            Leave(worker);
        }
    }

    private static void Leave(Worker worker) => worker.LeaveAsync().Wait();

    /// <summary>Drives a sequential run to its end, on the thread that calls.</summary>
    public ValueTask RunSequentiallyAsync(Worker last)
    {
        return NoSynchronizationContext.While(RunThenLeaveAsync);

        async ValueTask RunThenLeaveAsync()
        {
            await last.RunAsync().ConfigureAwait(false);
            await LeaveAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the workers of a sequential run, the last stage first, as disposal runs through composed generators.</summary>
    public ValueTask LeaveSequentiallyAsync() => NoSynchronizationContext.While(LeaveAsync);

    private async ValueTask LeaveAsync()
    {
        foreach (var worker in stages.SelectMany(s => s.Workers).Reverse().ToArray())
        {
            worker.Stop("the run is over");
            await worker.LeaveAsync().ConfigureAwait(false);
        }
    }
}
