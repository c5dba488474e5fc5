using Microsoft.Extensions.Logging;
using Penstock.Workers;

namespace Penstock.Telemetry;

/// <summary>In a worker process: lines go to the process that started the run, which logs them before the stage goes on.</summary>
internal sealed class DistantLogger(LogLevel level, Action<LogLine> post) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= level && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            post(new LogLine(logLevel, eventId, formatter(state, exception), exception?.ToString()));
    }
}
