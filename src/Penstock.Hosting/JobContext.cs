using Penstock.Hosting.Workers;

namespace Penstock.Hosting;

/// <summary>The job that the calling code works on: for stages and sinks of a pipeline worker that ask.</summary>
public sealed class JobContext
{
    internal JobContext(string id, int attempt) => (Id, Attempt) = (id, attempt);

    /// <summary>
    /// The job from which the item in hand descends, in a stage with a thread or a task, and in the sink. Null elsewhere, and between items; also in a
    /// stage that runs in a process of its own, which knows nothing of jobs: put what it needs into the item.
    /// </summary>
    public static JobContext? Current => PipelineContext.Current?.Ticket is OpenJob job ? job.Context : null;

    /// <summary>The job's <see cref="Job{T}.Id"/>.</summary>
    public string Id { get; }

    /// <summary>The job's <see cref="Job{T}.Attempt"/>: 1 or more.</summary>
    public int Attempt { get; }
}
