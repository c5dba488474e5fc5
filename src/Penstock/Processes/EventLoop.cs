using System.Collections.Concurrent;

namespace Penstock.Processes;

/// <summary>
/// A thread that sleeps until one of its descriptors has something to say, or somebody gives it something to do. It lives as long as
/// the process, and costs nothing while it sleeps.
/// </summary>
internal sealed class EventLoop
{
    private readonly int bell = Descriptors.CreateBell();
    private readonly ConcurrentQueue<Action> posted = new();
    private readonly Thread thread;

    // Used by the thread alone.
    private readonly Dictionary<int, Action> watched = [];

    public EventLoop(string name)
    {
        thread = new Thread(Run) { Name = name, IsBackground = true };
        thread.UnsafeStart(); // who happens to start it must not lend it his context
    }

    /// <summary>Has it done on the thread, soon.</summary>
    public void Post(Action action)
    {
        posted.Enqueue(action);
        Descriptors.Ring(bell);
    }

    /// <summary>Has it done on the thread, and waits for the result.</summary>
    public T Invoke<T>(Func<T> function)
    {
        if (Thread.CurrentThread == thread)
            return function();
        var result = new TaskCompletionSource<T>();
        Post(() =>
        {
            try
            {
                result.SetResult(function());
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    /// <summary>On the thread: calls each time the descriptor can be read or has reached its end.</summary>
    public void Watch(int descriptor, Action ready) => watched.Add(descriptor, ready);

    /// <summary>On the thread: before the descriptor is closed.</summary>
    public void Unwatch(int descriptor) => watched.Remove(descriptor);

    private void Run()
    {
        while (true)
        {
            Descriptors.Polled[] polled = [Descriptors.Want(bell), .. watched.Keys.Select(Descriptors.Want)];
            Descriptors.WaitForAny(polled);
            if (polled[0].Seen != 0)
            {
                Descriptors.Hush(bell);
                while (posted.TryDequeue(out var action))
                    action();
            }

            // One may have unwatched another, or closed it and watch a new one with its number: then a look too many does no harm.
            foreach (var one in polled.AsSpan(1))
            {
                if (one.Seen != 0 && watched.TryGetValue(one.Descriptor, out var ready))
                    ready();
            }
        }
    }
}
