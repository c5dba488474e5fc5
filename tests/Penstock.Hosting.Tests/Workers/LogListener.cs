using Microsoft.Extensions.Logging;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>Waits for one line of the log.</summary>
internal sealed class LogListener(string line) : ILoggerProvider, ILogger
{
    private readonly TaskCompletionSource heard = new();

    public Task HasHeard => heard.Task;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (formatter(state, exception) == line)
            heard.TrySetResult();
    }

    public void Dispose()
    {
    }
}
