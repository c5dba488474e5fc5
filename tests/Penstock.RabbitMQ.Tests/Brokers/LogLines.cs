using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>A log that remembers, for tests of what is logged and what must not be.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly Lines lines = new();

    public ConcurrentQueue<string> All { get; } = new();

    public Task NextAsync(string text) => lines.NextAsync(text);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel}: {formatter(state, exception)} {exception}";
        All.Enqueue(line);
        lines.Add(line);
    }

    public void Dispose()
    {
    }
}
