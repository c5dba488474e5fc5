using System.Collections.Concurrent;

namespace Penstock.Hosting.Queues;

/// <summary>Which payload each queue of an application has: jobs of two payloads in one queue would be taken for each other.</summary>
internal sealed class QueueNames
{
    private readonly ConcurrentDictionary<(string Place, string Queue), Type> payloads = new();

    /// <exception cref="InvalidOperationException">It has another payload.</exception>
    public void Claim<T>(string place, string queue)
    {
        var other = payloads.GetOrAdd((place, queue), typeof(T));
        if (other != typeof(T))
        {
            throw new InvalidOperationException(
                $"Jobs of {other.Name} and of {typeof(T).Name} would share queue '{queue}', and be taken for each other. Give each a name of its own, as in options => options with {{ Queue = \"{typeof(T).Name}\" }}.");
        }
    }
}
