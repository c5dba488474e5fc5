namespace Penstock.Hosting.Queues;

/// <summary>Where jobs are kept. It knows nothing of what may happen to a job, and is used by one thread at a time.</summary>
internal interface IJobTable : IDisposable
{
    /// <summary>Whether calls may block, so that they belong on a thread of their own, and other processes may change the jobs.</summary>
    bool IsShared { get; }

    /// <summary>Nobody else changes the jobs from here to the end of the transaction.</summary>
    void Begin();

    /// <summary>When this returns, what was done since <see cref="Begin"/> is there for good.</summary>
    void Commit();

    /// <summary>Undoes what was done since <see cref="Begin"/>; also after a failure of that or of <see cref="Commit"/>.</summary>
    void Rollback();

    /// <summary>Whether another process has changed anything since the last <see cref="Begin"/>.</summary>
    bool ChangedElsewhere();

    /// <summary>A ready job; nothing if the id is taken.</summary>
    bool TryAdd(string id, JobContent content);

    /// <summary>The first one of a state, by due time and sequence, behind the given one if there is one.</summary>
    JobEntry? First(JobState state, JobEntry? after = null);

    JobEntry? Find(long sequence);

    JobEntry? Find(string id);

    JobContent? Content(long sequence);

    /// <summary>Sets all but sequence and id.</summary>
    void Update(JobEntry entry);

    void Remove(long sequence);

    long Count(JobState state);

    /// <summary>What to tell the user of an exception that another member threw.</summary>
    Exception Explain(Exception exception);
}
