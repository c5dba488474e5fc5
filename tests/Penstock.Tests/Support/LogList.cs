using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Penstock.Tests.Support;

/// <summary>Keeps what was logged.</summary>
internal sealed class LogList : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> lines = new();

    private readonly Pulse pulse = new();

    public IReadOnlyList<(LogLevel Level, string Text)> Lines => [.. lines];

    /// <summary>Waits for a line.</summary>
    public Task Until(string line) => pulse.Until(() => lines.Any(l => l.Text == line));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This one list is all there is.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lines.Enqueue((logLevel, formatter(state, exception)));
        pulse.Beat();
    }

    public void Dispose()
    {
    }
}
