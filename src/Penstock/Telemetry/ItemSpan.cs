using System.Diagnostics;
using Penstock.Workers;

namespace Penstock.Telemetry;

/// <summary>
/// The span of a worker's item in hand, where items are tracked and traced. Where nobody listens it only stands in <see cref="Activity.Current"/>,
/// so that calls of the stage continue the trace. So it is in a process of its own, which tells its times to the process that started the run.
/// </summary>
internal sealed class ItemSpan(Worker worker)
{
    private readonly bool isRemote = worker.Stage.Run.Report is not null;
    private Activity? heard; // the same, if somebody listens
    private DateTimeOffset startedAt;
    private Exception? failure;

    /// <summary>The span of the item in hand; null if it is not traced.</summary>
    public Activity? Current { get; private set; }

    /// <summary>An item was taken.</summary>
    public void Begin()
    {
        End();
        if (worker.Reader.Lineage?.Trace is not { TraceId: var trace } parent || trace == default)
            return;
        startedAt = worker.Stage.Run.Time.GetUtcNow();
        heard = isRemote ? null : worker.Stage.Run.Trace.StartItem(worker, parent, startedAt);
        Current = heard ?? new Activity(worker.Stage.Name).SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags).Start();
    }

    /// <summary>The item in hand is given up.</summary>
    public void Fail(Exception exception) => failure = exception;

    /// <summary>The item is finished with.</summary>
    public void End()
    {
        if (Current is not { } span)
            return;
        Current = null;
        if (heard is not null)
            worker.Stage.Run.Trace.EndItem(span, failure);
        else
            span.Stop();
        if (isRemote)
            worker.Stage.TellSpan(startedAt, worker.Stage.Run.Time.GetUtcNow() - startedAt);
        failure = null;
    }
}
