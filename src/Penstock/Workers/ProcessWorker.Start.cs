using Penstock.Processes;
using Penstock.Stages.Crossing;
using Penstock.Telemetry;

namespace Penstock.Workers;

// How its process is started, and what that is told of the run.
internal sealed unsafe partial class ProcessWorker
{
    private Func<object, long>? SizeOf => Stage.Options.MaxInFlightBytes is null ? null : Stage.Options.SizeOf;

    private void Start((int Slot, long Number)? resume, TimeSpan pause)
    {
        mailbox.Clear();
        killedBecause = null;
        isKilled = isKillFinal = false;
        IsCleaningUp = false;
        itemsAtStart = ItemsIn + ItemsOut;
        Record->IsStarting = true;
        try
        {
            Volatile.Write(ref process, WorkerProcess.Start(LaunchWith(resume, pause), OnDied));
        }
        catch (IOException refused)
        {
            throw new IOException($"Worker {Index} of stage '{Stage.Name}' cannot be started. {refused.Message}", refused);
        }

        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref isUnwanted))
            Kill(because: null);
        Stage.Run.Memory!.Bell.Ring(); // it may have died before it was known here
    }

    private void OnDied(WorkerProcess dead, WorkerExit exit)
    {
        Volatile.Write(ref death, new Death(dead, exit));
        Stage.Run.Memory!.Bell.Ring();
    }

    private WorkerLaunch LaunchWith((int Slot, long Number)? resume, TimeSpan pause) => new()
    {
        Name = $"{Stage.Name} #{Index}",
        Entry = WorkerHost.Run,
        Message = PlanWith(resume, pause).Write(recipe),
        Environment = Stage.Options.WorkerEnvironment?.Invoke(Index) ?? new Dictionary<string, string>(StringComparer.Ordinal),
        MemoryLimit = Stage.Options.MemoryLimit,
        Workers = Stage.Run.Stages.SelectMany(s => s.Workers).Count(w => w.IsProcess),
        IsPortable = Stage.Run.Options.IsPortable,
        LabelsOutput = Stage.Run.Options.LabelOutput,
        Assemblies = [.. recipe.Modules().Concat(SizeOf is { } sizeOf ? IdentityWriter.ModulesOf(sizeOf) : []).Select(m => m.Assembly).Distinct()],
    };

    private WorkerPlan PlanWith((int Slot, long Number)? resume, TimeSpan pause)
    {
        var stages = Stage.Run.Stages;
        return new WorkerPlan
        {
            Stage = Stage.Name,
            Index = Index,
            IsSource = Stage.IsSource,
            HasPolicy = HasPolicy,
            IsOrdered = Stage.Turns is not null,
            Memory = Stage.Run.Memory!.Handle,
            StageRecord = Stage.Memory.Offset,
            Mailbox = mailbox.Offset,
            Cultures = cultures,
            TurnSet = Stage.TurnSet,
            Own = CrewOf(Stage),
            Before = Stage.Input?.Producer is { } before ? CrewOf(before) : null,
            Behind = CrewOf(stages.Append(Stage.Run.Caller).First(s => s is not null && s.Input == Stage.Output)!),
            Input = Input?.Plan,
            Output = Output.Plan,
            Gatherer = Stage.Input?.Lineages is { } lineages ? CrewOf(stages.Last(s => s.Input?.Lineages == lineages && s.Output?.Lineages != lineages)) : null,
            TracksItems = Stage.Run.TracksItems,
            LogLevel = StageLogger.LevelOf(Logger),
            Serializer = Stage.Run.Options.Serializer?.GetType().AssemblyQualifiedName,
            IsRestart = Restarts > 0,
            Resume = resume,
            PauseBeforeResume = pause,
            RecycleAfter = Stage.Options.RecycleAfter ?? 0,
            RecycleAboveMemory = Stage.Options.RecycleAboveMemory ?? 0,
            SizeOf = SizeOf,
        };
    }

    private static Crew CrewOf(RunningStage stage) => new([.. stage.Workers.Select(w => w.Memory.Offset)], stage.Workers[0].IsAsynchronous);
}
