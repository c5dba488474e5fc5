using System.Diagnostics;
using Penstock.Workers;

namespace Penstock.Telemetry;

/// <summary>
/// The span of a worker's item in hand, where items are tracked and traced. In a process of its own nobody listens: there the span only
/// stands in <see cref="Activity.Current"/>, so that calls of the stage continue the trace, and its times are told to the process that started the run.
/// </summary>
internal sealed class ItemSpan(Worker worker)
{
    private readonly bool isRemote = worker.Stage.Run.Report is not null;
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
        Current = isRemote
            ? new Activity(worker.Stage.Name).SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags).Start()
            : worker.Stage.Run.Trace.StartItem(worker, parent, startedAt);
    }

    /// <summary>The item in hand is given up.</summary>
    public void Fail(Exception exception) => failure = exception;

    /// <summary>The item is finished with.</summary>
    public void End()
    {
        if (Current is not { } span)
            return;
        Current = null;
        if (isRemote)
        {
            span.Stop();
            worker.Stage.TellSpan(startedAt, worker.Stage.Run.Time.GetUtcNow() - startedAt);
        }
        else
        {
            worker.Stage.Run.Trace.EndItem(span, failure);
        }

        failure = null;
    }
}
