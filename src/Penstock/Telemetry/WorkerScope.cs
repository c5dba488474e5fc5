using System.Collections;
using Penstock.Workers;

namespace Penstock.Telemetry;

/// <summary>
/// The scope of everything that is logged in a worker: stage, worker, and the job in hand. Loggers read it when a line is written, so it is
/// begun once, and costs nothing an item.
/// </summary>
internal sealed class WorkerScope(Worker worker) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => worker.Lineage?.Ticket is null ? 2 : 3;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("Stage", worker.Stage.Name),
        1 => new("Worker", worker.Index),
        2 => new("Job", worker.Lineage?.Ticket?.Id),
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, "There are two or three."),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        var count = Count;
        for (var i = 0; i < count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(", ", this.Select(f => $"{f.Key} {f.Value}"));
}
