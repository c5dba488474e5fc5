using Penstock.Links;
using Penstock.Processes;
using Penstock.Serialization;
using Penstock.SharedMemory;
using Penstock.Stages;
using Penstock.Stages.Crossing;

namespace Penstock.Runs;

/// <summary>What can be known to be wrong with stages in processes before a run starts.</summary>
internal static class ProcessChecks
{
    /// <returns>How many workers are processes.</returns>
    public static int Require(Stage last, RunOptions options)
    {
        Stage[] path = [.. last.Path()];
        var processes = path.Where(IsProcess).Sum(s => s.Options.Workers);
        if (processes == 0)
            return 0;
        WorkerGuard.EnsureNotAWorker();
        if (options.Serializer is { } serializer)
            SerializerCheck.Require(serializer);
        var (addresses, touched, largest) = (RunMemory.SizeFor(processes), processes * (long)RunMemory.UsedByWorker, RunMemory.SizeFor(processes));
        for (var i = 0; i < path.Length; i++)
        {
            var behind = i + 1 < path.Length ? path[i + 1] : null;
            if (IsProcess(path[i]))
                RequireStage(path[i]);
            if (!IsProcess(path[i]) && (behind is null || !IsProcess(behind)))
                continue;
            RequireLink(path[i], IsProcess(path[i]) ? path[i].PartInProcess.OutputType : path[i].OutputType, behind, options);
            var layout = new SharedLinkLayout(path[i].CapacityBefore(behind?.Options.Workers ?? 1), fixedSize: null);
            addresses += layout.Size;
            touched += layout.FirstLargeRoom;
            largest = Math.Max(largest, layout.Size);
        }

        var usesFiles = options.IsPortable || !MemfdRegion.IsSupported;
        SharedMemoryCheck.Require(addresses, touched, largest, usesFiles ? options.FileSpace : null);
        return processes;

        bool IsProcess(Stage stage) => stage.IsolationIn(options) == Isolation.Process;
    }

    private static void RequireStage(Stage stage)
    {
        IsolationChecks.Require(stage);
        if (stage.Origin.Body.Recipe!.ArgumentType is { } argument)
            CrossingCheck.Require(argument, stage.Name, "its argument", otherCure: "");
        if (stage.PartInProcess.Options is { MaxInFlightBytes: not null, SizeOf: { } sizeOf } && Obstacles.FindInSizeOf(sizeOf) is { } obstacle)
            throw Refuse(stage, $"cannot run in another process, where its items are measured: its SizeOf {obstacle}");
        RequireWorkers(stage);
    }

    private static void RequireLink(Stage stage, Type items, Stage? behind, RunOptions options)
    {
        if (options.Serializer is null)
            CrossingCheck.Require(BufferCodec.ElementOf(items) ?? items, stage.Name, "its items");
        if (behind is not null)
            RequireWorkers(behind);
        if (stage.CapacityBefore(behind?.Options.Workers ?? 1) > SharedLinkLayout.MostSlots)
            throw Refuse(stage, $"has more items in flight to or from a process than {SharedLinkLayout.MostSlots}: lower MaxInFlight");
    }

    // Each place of a link says who has taken it.
    private static void RequireWorkers(Stage stage)
    {
        if (stage.Options.Workers > SharedLinkLayout.MostWorkers - 1)
            throw Refuse(stage, $"has {stage.Options.Workers} workers in processes or behind one: use at most {SharedLinkLayout.MostWorkers - 1}");
    }

    private static PipelineDefinitionException Refuse(Stage stage, string complaint) => new($"Stage '{stage.Name}' {complaint}.");
}
