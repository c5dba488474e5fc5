using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>The enumerators that were made inside a worker for one generator, which a stage might not dispose.</summary>
/// <param name="worker">The worker.</param>
internal sealed class Passages(Worker worker)
{
    private readonly List<IPassage> all = []; // any thread may guard them: under its lock

    /// <summary>Whether one of them hides a failure, see <see cref="IPassage.HidesFailure"/>.</summary>
    public bool HideFailure => all.Exists(static p => p.HidesFailure);

    /// <summary>Why items are missing although the generator has thrown nothing: one of its functions has caught an exception.</summary>
    public Exception? Swallowed => all.Find(static p => p.Swallowed is not null)?.Swallowed;

    public void Add(IPassage passage)
    {
        lock (all)
            all.Add(passage);
        if (worker.IsTold)
            Guard(); // told before it was known
    }

    /// <summary>Makes them ask, from now on, whether the next item may come.</summary>
    public void Guard()
    {
        lock (all)
        {
            foreach (var passage in all)
                passage.Guard();
        }
    }

    /// <summary>Disposes them all. Returns what a finally block has thrown first.</summary>
    /// <param name="isExpected">What does not count.</param>
    public Exception? Dispose(Func<Exception, bool>? isExpected = null)
    {
        Exception? first = null;
        for (var i = 0; i < all.Count; i++) // nobody else adds or removes any
        {
            all[i].Dispose();
            if (first is null && all[i].FailedDispose is { } exception && isExpected?.Invoke(exception) != true)
                first = exception;
        }

        return first;
    }

    public void Clear()
    {
        lock (all)
            all.Clear();
    }
}
