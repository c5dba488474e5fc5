using System.Runtime.CompilerServices;
using System.Text.Json;
using Penstock.Hosting.Queues;

namespace Penstock.Hosting;

/// <summary>What the embedded queues have in common. Every option has a working default; values are checked when the queue is made.</summary>
public abstract record JobQueueOptions
{
    // SQLite's own limit for one value is a little below 1 GB.
    private const int LargestPayload = 512 << 20;

    private static readonly TimeSpan ShortestLease = TimeSpan.FromMilliseconds(10);

    private protected JobQueueOptions()
    {
    }

    /// <summary>
    /// How many tries a job has in all before it is put aside: 1 or more, default 5. A lease that ends is a try, a release is none. Only where jobs are
    /// pulled does it matter.
    /// </summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>
    /// The pause before the second try, doubled before each further one: 0 or more, default 1 s. Every pause is cut by a random part
    /// of up to a half, so that jobs which failed together do not come back together.
    /// </summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause: <see cref="Backoff"/> or more, default 5 minutes.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a pulled job stays its worker's without being extended: 10 ms or more, default 60 s. It is what passes until the job
    /// of a worker that died is given to another one.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest payload, in bytes of JSON: 1 to 512 MiB, default 16 MiB. Large inputs belong in files; submit where they are.</summary>
    public int MaxPayloadBytes { get; init; } = 16 << 20;

    /// <summary>How payloads become JSON; one with source-generated contracts works too. Default: as <see cref="JsonSerializerOptions.Default"/>, with fields.</summary>
    public JsonSerializerOptions Json { get; init; } = PayloadType.Default;

    /// <summary>The clock of leases and pauses: its UTC time. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    private protected virtual void Check()
    {
        Require(MaxAttempts >= 1, MaxAttempts, "be 1 or more");
        Require(Backoff >= TimeSpan.Zero, Backoff, "be 0 or more");
        Require(MaxBackoff >= Backoff, MaxBackoff, $"be {nameof(Backoff)} ({Backoff}) or more");
        Require(Lease >= ShortestLease, Lease, "be 10 ms or more");
        Require(MaxPayloadBytes is >= 1 and <= LargestPayload, MaxPayloadBytes, "be between 1 and 512 MiB");
        Require(Json is not null, Json, "be set");
        Require(TimeProvider is not null, TimeProvider, "be set");
    }

    private protected static void Require(bool met, object? value, string rule, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (!met)
            throw new ArgumentOutOfRangeException(option, value, $"{option} must {rule}.");
    }

    /// <summary>The same options, checked.</summary>
    internal T Checked<T>()
        where T : JobQueueOptions
    {
        Check();
        return (T)this;
    }
}
