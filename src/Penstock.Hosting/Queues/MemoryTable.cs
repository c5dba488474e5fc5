namespace Penstock.Hosting.Queues;

/// <summary>Jobs in memory. Nothing here fails half-way, so there is nothing to undo.</summary>
internal sealed class MemoryTable : IJobTable
{
    private readonly Dictionary<long, (JobEntry Entry, JobContent Content)> jobs = [];
    private readonly Dictionary<string, long> sequences = new(StringComparer.Ordinal);

    // Due time and sequence of the jobs in each state.
    private readonly SortedSet<(long Due, long Sequence)>[] byState = [.. Enum.GetValues<JobState>().Select(_ => new SortedSet<(long, long)>())];

    private long lastSequence;

    public bool IsShared => false;

    public void Begin()
    {
    }

    public void Commit()
    {
    }

    public void Rollback()
    {
    }

    public bool ChangedElsewhere() => false;

    public bool TryAdd(string id, JobContent content)
    {
        if (!sequences.TryAdd(id, lastSequence + 1))
            return false;
        var entry = new JobEntry(++lastSequence, id, JobState.Ready, Due: 0, Attempts: 0, Deliveries: 0, Reason: null);
        jobs.Add(entry.Sequence, (entry, content));
        Order(entry.State).Add((entry.Due, entry.Sequence));
        return true;
    }

    public JobEntry? First(JobState state, JobEntry? after = null)
    {
        var order = Order(state);
        if (order.Count == 0)
            return null;
        if (after is null)
            return Find(order.Min.Sequence);
        var next = (after.Due, after.Sequence + 1);
        return next.CompareTo(order.Max) <= 0 ? Find(order.GetViewBetween(next, order.Max).Min.Sequence) : null;
    }

    public JobEntry? Find(long sequence) => jobs.TryGetValue(sequence, out var job) ? job.Entry : null;

    public JobEntry? Find(string id) => sequences.TryGetValue(id, out var sequence) ? Find(sequence) : null;

    public JobContent Content(long sequence) => jobs[sequence].Content;

    public void Update(JobEntry entry)
    {
        var (old, content) = jobs[entry.Sequence];
        Order(old.State).Remove((old.Due, old.Sequence));
        Order(entry.State).Add((entry.Due, entry.Sequence));
        jobs[entry.Sequence] = (entry, content);
    }

    public void Remove(long sequence)
    {
        jobs.Remove(sequence, out var job);
        sequences.Remove(job.Entry.Id);
        Order(job.Entry.State).Remove((job.Entry.Due, sequence));
    }

    public long Count(JobState state) => Order(state).Count;

    public Exception Explain(Exception exception) => exception;

    public void Dispose()
    {
    }

    private SortedSet<(long Due, long Sequence)> Order(JobState state) => byState[(int)state];
}
