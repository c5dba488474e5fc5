using Microsoft.Extensions.Logging;

namespace Penstock.Hosting;

/// <summary>
/// How a pipeline worker runs. Bound from the configuration section <c>Penstock:Workers:</c><i>name</i>, and validated when the host starts.
/// </summary>
public sealed class PipelineWorkerOptions
{
    /// <summary>
    /// How many jobs this worker may hold at once, pulled and not settled: 1 or more. Default: as many as the pipeline's stages have workers together,
    /// and <see cref="SinkWorkers"/> more, so that each could have a job in hand, and none lies here while another machine is idle.
    /// </summary>
    public int? JobsInFlight { get; set; }

    /// <summary>How many calls of the sink may run at once: 1 to 4096, default 4.</summary>
    public int SinkWorkers { get; set; } = 4;

    /// <summary>Whether the lines that are logged while a job is worked on are collected, in <see cref="Job{T}.Log"/>. Default: false.</summary>
    public bool CaptureLog { get; set; }

    /// <summary>
    /// The least severe lines that are collected, whatever the application's own minimum is. Default: <see cref="LogLevel.Information"/>. In the
    /// logging section of the configuration, <c>PenstockJobs</c> is the provider that collects them.
    /// </summary>
    public LogLevel CaptureLevel { get; set; } = LogLevel.Information;

    /// <summary>How many lines are collected of one job: 1 or more, default 1000. Later ones replace the oldest.</summary>
    public int CaptureLines { get; set; } = 1000;

    /// <summary>
    /// How the run runs. Its <see cref="RunOptions.StopTimeout"/> is cut to a tenth of the host's shutdown timeout, so that jobs can
    /// still be given back; a timeout without end cuts nothing. Default: working defaults; dead letters are the queue's matter.
    /// </summary>
    public RunOptions Run { get; set; } = new();

    /// <summary>What is wrong with the options, and the cure; null if nothing is.</summary>
    internal string? Complaint() =>
        JobsInFlight is < 1 ? $"JobsInFlight = {JobsInFlight}: use 1 or more"
        : SinkWorkers is < 1 or > 4096 ? $"SinkWorkers = {SinkWorkers}: use 1 to 4096"
        : CaptureLines < 1 ? $"CaptureLines = {CaptureLines}: use 1 or more"
        : Run is null ? "Run = null: leave it out"
        : Run.Execution == Execution.Sequential ? "Run.Execution = Sequential, but jobs are worked on at the same time: leave it out"
        : null;
}
