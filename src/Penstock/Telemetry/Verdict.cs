using System.Globalization;
using Penstock.Runs;
using Penstock.Workers;

namespace Penstock.Telemetry;

/// <summary>Names the stage that limits a run, and says what to change.</summary>
internal static class Verdict
{
    private const double Saturated = 0.9;
    private const double Noticeable = 0.1;

    public static (string? Bottleneck, string Words) Of(Run run, IReadOnlyList<StageSnapshot> stages)
    {
        var limit = stages.MaxBy(s => s.BusyShare);
        if (limit is null || limit.BusyShare <= 0)
            return (null, "Nothing has been measured yet.");

        var sentences = new List<string> { Name(run, limit) };
        sentences.AddRange(stages.Where(s => s != limit).Select(Spare).OfType<string>());
        sentences.AddRange(run.Stages.Select(IdleWorkers).OfType<string>());
        sentences.AddRange(run.Stages.Select(SleepingWorkers).OfType<string>());
        return (limit.Name, string.Join("; ", sentences) + ".");
    }

    private static string Name(Run run, StageSnapshot limit)
    {
        var words = $"{limit.Name} is the limit, busy {Percent(limit.BusyShare)}";
        if (run.Caller?.Workers[0].Times is { Busy.Ticks: > 0 } caller && caller.Busy / (caller.Busy + caller.Starved) is var share && share > limit.BusyShare)
            return $"the caller's own loop is the limit, busy {Percent(share)}; of the stages {words}";
        if (limit.BusyShare < Saturated)
            return $"{words}: no stage is saturated, the load is uneven or waits for others";
        return limit.Workers.Count > 1 ? $"{words} with {limit.Workers.Count} workers" : words;
    }

    // A stage that waits much for slots has more workers than the limit can use.
    private static string? Spare(StageSnapshot stage)
    {
        if (stage.BlockedShare < Noticeable)
            return null;
        var words = $"{stage.Name} is blocked {Percent(stage.BlockedShare)}";
        var spare = (int)Math.Floor(stage.Workers.Count * (1 - stage.BusyShare) * Saturated);
        return Math.Min(spare, stage.Workers.Count - 1) switch
        {
            <= 0 => words,
            1 => $"{words}: 1 worker fewer costs nothing",
            var several => $"{words}: {several} workers fewer cost nothing",
        };
    }

    private static string? IdleWorkers(RunningStage stage) =>
        stage.Input is { } input && input.Capacity < stage.Workers.Count
            ? $"{stage.Name} has {stage.Workers.Count} workers, but only {input.Capacity} items may be in flight before it: raise MaxInFlight of the stage before"
            : null;

    // Where items are cheap, the engine lets fewer workers take them.
    private static string? SleepingWorkers(RunningStage stage)
    {
        var spare = stage.Workers.Sum(w => w.Times.Spare.TotalSeconds);
        var all = stage.Workers.Sum(w => w.Times.Elapsed.TotalSeconds);
        var used = all > 0 ? (int)Math.Ceiling(stage.Workers.Count * (1 - (spare / all))) : stage.Workers.Count;
        return used < stage.Workers.Count ? $"{stage.Name} used {used} of its {stage.Workers.Count} workers on average, since its items are cheap" : null;
    }

    private static string Percent(double share) => (share * 100).ToString("F0", CultureInfo.InvariantCulture) + " %";
}
