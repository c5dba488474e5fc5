using InferenceWorker.Jobs;
using Penstock.Hosting;
using Penstock.RabbitMQ;

namespace InferenceWorker;

/// <summary>The one place that knows which queue it is.</summary>
internal sealed record JobQueue(IJobQueue<ReadRequest> Jobs, IJobStore<ReadRequest> Store, IAsyncDisposable Owner) : IAsyncDisposable
{
    const string Sqlite = "sqlite:";

    /// <exception cref="UsageException">There is no such kind of queue.</exception>
    public static JobQueue Open(FleetOptions options)
    {
        var where = options.Queue ?? "sqlite:jobs.db";
        var backoff = TimeSpan.FromSeconds(options.Backoff);
        if (where.StartsWith(Sqlite, StringComparison.Ordinal))
        {
            return Of(new SqliteJobQueue<ReadRequest>(
                where[Sqlite.Length..],
                new() { MaxAttempts = options.Attempts, Backoff = backoff, Lease = TimeSpan.FromSeconds(options.Lease) }));
        }

        if (Uri.TryCreate(where, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps")
            return Of(new RabbitMqJobQueue<ReadRequest>(new() { Uri = uri, MaxAttempts = options.Attempts, Backoff = backoff }));
        throw new UsageException($"--queue needs sqlite:PATH or amqp://…, not {Describe(where)}.");
    }

    /// <summary>Where it is, without what may be a password.</summary>
    public static string Describe(string where) =>
        !where.StartsWith(Sqlite, StringComparison.Ordinal) && where.LastIndexOf('@') is >= 0 and var at ? $"…{where[at..]}" : where;

    public ValueTask DisposeAsync() => Owner.DisposeAsync();

    static JobQueue Of<TQueue>(TQueue queue)
        where TQueue : IJobQueue<ReadRequest>, IJobStore<ReadRequest>, IAsyncDisposable => new(queue, queue, queue);
}
