namespace Penstock.Hosting;

/// <summary>One piece of work from a queue, or what a pipeline has made of it: the payload changes on the way, the job stays the same.</summary>
/// <typeparam name="T">The payload.</typeparam>
public sealed record Job<T>
{
    /// <summary>Names the job within its queue; every delivery of it has the same one. Store results under it: a job may be worked on twice.</summary>
    public required string Id { get; init; }

    /// <summary>What is to be done, or has come of it.</summary>
    public required T Payload { get; init; }

    /// <summary>Which try this is: 1 or more. Jobs that were given back, or whose worker's machine died, may or may not have cost one: see the queue.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The W3C <c>traceparent</c> of whoever submitted the job; null if it was not traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The W3C <c>tracestate</c> that goes with it.</summary>
    public string? TraceState { get; init; }

    /// <summary>The lines that were logged while the job was worked on, oldest first; empty unless the worker captures them.</summary>
    public IReadOnlyList<JobLogLine> Log { get; init; } = [];

    /// <summary>By what the queue recognises this delivery. For queues; nobody else should read it.</summary>
    public object? Receipt { get; init; }

    /// <summary>The same job with another payload.</summary>
    /// <typeparam name="TOut">The new payload.</typeparam>
    /// <param name="payload">What has come of the job.</param>
    public Job<TOut> With<TOut>(TOut payload) => new()
    {
        Id = Id,
        Payload = payload,
        Attempt = Attempt,
        TraceParent = TraceParent,
        TraceState = TraceState,
        Log = Log,
        Receipt = Receipt,
    };
}
