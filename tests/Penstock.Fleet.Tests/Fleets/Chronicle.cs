namespace Penstock.Fleet.Tests.Fleets;

/// <summary>What has happened so far, in order, and a way to wait for more.</summary>
internal sealed class Chronicle<T>
{
    private readonly Lock gate = new();
    private readonly List<T> all = [];
    private readonly List<(Func<IReadOnlyList<T>, bool> IsMet, TaskCompletionSource Met)> waiting = [];

    public IReadOnlyList<T> All
    {
        get
        {
            lock (gate)
                return [.. all];
        }
    }

    public void Add(T happening)
    {
        lock (gate)
        {
            all.Add(happening);
            waiting.RemoveAll(waiter => waiter.IsMet(all) && waiter.Met.TrySetResult());
        }
    }

    /// <summary>Waits until all that has happened meets the condition.</summary>
    public Task UntilAsync(Func<IReadOnlyList<T>, bool> isMet)
    {
        lock (gate)
        {
            if (isMet(all))
                return Task.CompletedTask;
            var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((isMet, met));
            return met.Task.WaitAsync(Patience.Limit);
        }
    }

    /// <summary>Waits for one like this.</summary>
    public Task UntilAsync(Func<T, bool> isIt) => UntilAsync(happenings => happenings.Any(isIt));
}
