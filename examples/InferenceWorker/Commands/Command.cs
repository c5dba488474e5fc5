namespace InferenceWorker.Commands;

/// <summary>An option of the command line. Its name is that of its <see cref="FleetOptions"/> member, in the spelling of command lines.</summary>
internal sealed record Option(string Name, string Value, string Meaning)
{
    /// <summary>Where its value goes: <c>--jobs-in-flight</c> to <c>Fleet:jobsinflight</c>; configuration does not mind the case.</summary>
    public string Key => $"Fleet:{Name.Replace("-", "", StringComparison.Ordinal)}";
}

/// <summary>Something that this program can do.</summary>
/// <param name="Name">The first word of the command line; empty for what it does without one.</param>
/// <param name="Purpose">What it does.</param>
/// <param name="Options">What can be said about it.</param>
/// <param name="RunAsync">Does it, and returns the exit code.</param>
internal sealed record Command(string Name, string Purpose, IReadOnlyList<Option> Options, Func<Invocation, Task<int>> RunAsync)
{
    static readonly Option Queue = new("--queue", "WHERE", "sqlite:PATH, or amqp://user:password@host for RabbitMQ (default sqlite:jobs.db; demo: a temporary file)");
    static readonly Option Files = new("--files", "URL", "the file server (default http://127.0.0.1:8080/)");
    static readonly Option Count = new("--count", "N", "how many jobs (default 400)");
    static readonly Option Pages = new("--pages", "PERCENT", "how many of them are whole pages, 360 times bigger (default 5)");
    static readonly Option Poison = new("--poison", "PERCENT", "how many of them can never be done (default 2)");
    static readonly Option Seed = new("--seed", "N", "make other jobs (default 1)");
    static readonly Option JobsInFlight = new("--jobs-in-flight", "N", "how many jobs a worker holds at once (default: one for each worker of its stages and its sink)");
    static readonly Option Attempts = new("--attempts", "N", "how often a job is tried before it is put aside (default 4)");
    static readonly Option Backoff = new("--backoff", "SECONDS", "the pause before the second try, doubled before each further one (default 0.25)");
    static readonly Option Lease = new("--lease", "SECONDS", "SQLite: after how long the jobs of a dead worker go to others (default 60)");
    static readonly Option Shutdown = new("--shutdown-timeout", "SECONDS", "how long the worker may take to stop (default 30)");
    static readonly Option HealthPort = new("--health-port", "PORT", "answer GET /live and /ready there (default: nowhere)");
    static readonly Option Folder = new("--folder", "DIR", "where the files are kept (default artifacts/files)");
    static readonly Option Host = new("--host", "ADDRESS", "where to listen; + for everywhere (default 127.0.0.1)");
    static readonly Option Port = new("--port", "PORT", "the port (default 8080)");

    public static IReadOnlyList<Command> All { get; } =
    [
        new("", "Demo: a file server, jobs, and a worker, all in this process.", [Queue, Count, Pages, Poison, Seed, JobsInFlight, Attempts, Backoff], Demo.RunAsync),
        new("submit", "Makes images, uploads them, and submits a job for each.", [Queue, Files, Count, Pages, Poison, Seed], Submit.RunAsync),
        new("worker", "Works on jobs until SIGTERM or Ctrl-C.", [Queue, Files, JobsInFlight, Attempts, Backoff, Lease, Shutdown, HealthPort], Work.RunAsync),
        new("status", "Says how many jobs there are, and which were put aside and why.", [Queue], Status.RunAsync),
        new("files", "The file server, which stands in for object storage.", [Folder, Host, Port], Serve.RunAsync),
    ];
}
