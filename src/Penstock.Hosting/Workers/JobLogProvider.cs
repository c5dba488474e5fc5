using Microsoft.Extensions.Logging;

namespace Penstock.Hosting.Workers;

/// <summary>Sees every line that is logged in this process, and gives those from a stage to the log of the job in hand.</summary>
[ProviderAlias("PenstockJobs")]
internal sealed class JobLogProvider : ILoggerProvider, ILogger
{
    private readonly Lock gate = new();
    private LogLevel least = LogLevel.None;

    /// <summary>Some worker of this process collects lines of this level and above.</summary>
    public void Capture(LogLevel level)
    {
        lock (gate)
            least = level < least ? level : least;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    // Not by what is in hand just now: worker processes are told once what is worth sending.
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && least != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (PipelineContext.Current is { Ticket: OpenJob { Log: { } log } } context)
            log.Add(logLevel, context.Stage, exception is null ? formatter(state, exception) : $"{formatter(state, exception)}{Environment.NewLine}{exception}");
    }

    public void Dispose()
    {
    }
}
