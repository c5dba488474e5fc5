using Penstock.Hosting.Queues;

namespace Penstock.Hosting;

/// <summary>
/// A queue that ends with its process: for tests, and for jobs that somebody will submit again. It behaves as the durable queues do:
/// payloads go through JSON, so what works here works there.
/// </summary>
/// <typeparam name="T">The payload.</typeparam>
/// <param name="options">Default: each option's own.</param>
/// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
public sealed class InMemoryJobQueue<T>(InMemoryJobQueueOptions? options = null)
    : EmbeddedJobQueue<T>((options ?? new()).Checked<InMemoryJobQueueOptions>(), static _ => new MemoryTable());
