namespace Penstock.Hosting.Queues;

/// <summary>What a table knows of a job, without its content: it changes often and must stay small.</summary>
/// <param name="Sequence">Grows with every submission; never used twice.</param>
/// <param name="Id">The job's name.</param>
/// <param name="State">Where the job is.</param>
/// <param name="Due">
/// When its state ends, in milliseconds since 1970 UTC; for a dead job, when it died. 0 for a ready one, so that the order by state,
/// due and sequence is the order of everything: of pulling, of waking up, of dying.
/// </param>
/// <param name="Attempts">How many tries it had, the current one included.</param>
/// <param name="Deliveries">How often it was pulled, ever: tells its deliveries apart.</param>
/// <param name="Reason">Of the last failure.</param>
internal sealed record JobEntry(long Sequence, string Id, JobState State, long Due, int Attempts, long Deliveries, string? Reason);

/// <summary>What a job carries. It never changes.</summary>
internal sealed record JobContent(byte[] Payload, string? TraceParent, string? TraceState);

/// <summary>By what a delivery is recognised.</summary>
/// <param name="Sequence">The job.</param>
/// <param name="Delivery">Its how manieth delivery.</param>
/// <param name="Id">The job's name, so that a receipt of another queue fits nothing here.</param>
internal sealed record Receipt(long Sequence, long Delivery, string Id);

/// <summary>A job on its way to a worker.</summary>
/// <param name="Entry">The job, leased.</param>
/// <param name="Content">Null if it has none, which only another program can bring about.</param>
internal sealed record Delivery(JobEntry Entry, JobContent? Content)
{
    public Receipt Receipt { get; } = new(Entry.Sequence, Entry.Deliveries, Entry.Id);

    public Job<T> ToJob<T>(T payload) => new()
    {
        Id = Entry.Id,
        Payload = payload,
        Attempt = Entry.Attempts,
        TraceParent = Content?.TraceParent,
        TraceState = Content?.TraceState,
        Receipt = Receipt,
    };
}

/// <summary>A job that was put aside, and its place among them.</summary>
internal sealed record DeadEntry(JobEntry Entry, DeadJob Job);
