namespace InferenceWorker;

/// <summary>
/// Bound from the section <c>Fleet</c> of appsettings.json, then from environment variables as <c>Fleet__Queue</c>, then from the command line
/// as <c>--queue</c>. Times are in seconds.
/// </summary>
internal sealed record FleetOptions
{
    /// <summary>Where the jobs are: <c>sqlite:PATH</c> or <c>amqp://…</c>.</summary>
    public string? Queue { get; init; }

    /// <summary>The file server.</summary>
    public Uri Files { get; init; } = new("http://127.0.0.1:8080/");

    /// <summary>How many jobs a worker may hold at once; null: one for each worker of a stage and of the sink.</summary>
    public int? JobsInFlight { get; init; }

    /// <summary>How often a job is tried.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>The pause before the second try; doubled before each further one.</summary>
    public double Backoff { get; init; } = 0.25;

    /// <summary>How long an SQLite queue waits for a sign of life of a job's worker.</summary>
    public double Lease { get; init; } = 60;

    /// <summary>How long a worker may take to stop.</summary>
    public double ShutdownTimeout { get; init; } = 30;

    /// <summary>Where a worker answers questions about its health; null: nowhere.</summary>
    public int? HealthPort { get; init; }

    /// <summary>How many jobs to submit.</summary>
    public int Count { get; init; } = 400;

    /// <summary>How many percent of them are whole pages.</summary>
    public double Pages { get; init; } = 5;

    /// <summary>How many percent of them are poison.</summary>
    public double Poison { get; init; } = 2;

    /// <summary>What the images and the order of jobs depend on.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where the file server keeps its files.</summary>
    public string Folder { get; init; } = "artifacts/files";

    /// <summary>Where the file server listens; <c>+</c>: everywhere.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The file server's port.</summary>
    public int Port { get; init; } = 8080;

    /// <exception cref="UsageException">With what is wrong.</exception>
    public FleetOptions Checked()
    {
        Require(JobsInFlight is null or >= 1, "--jobs-in-flight needs 1 or more.");
        Require(Attempts is >= 1 and <= 1000, "--attempts needs 1 to 1000.");
        Require(Backoff is >= 0.001 and <= 3600, "--backoff needs 0.001 to 3600 seconds.");
        Require(Lease is >= 0.1 and <= 86_400, "--lease needs 0.1 to 86400 seconds.");
        Require(ShutdownTimeout is >= 1 and <= 86_400, "--shutdown-timeout needs 1 to 86400 seconds.");
        Require(Port is >= 1 and <= 65_535 && HealthPort is null or (>= 1 and <= 65_535), "Ports are 1 to 65535.");
        Require(Count is >= 1 and <= 100_000, "--count needs 1 to 100000.");
        Require(Pages >= 0 && Poison >= 0 && Pages + Poison <= 90, "--pages and --poison are percentages, together 90 at the most.");
        Require(Seed >= 0, "--seed needs 0 or more.");
        return this;
    }

    static void Require(bool met, string rule)
    {
        if (!met)
            throw new UsageException(rule);
    }
}
