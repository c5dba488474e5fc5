using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Penstock.Tests.Support;

namespace Penstock.Tests.Telemetry;

/// <summary>What stages log through their context arrives in the run's logs, from threads and from processes.</summary>
public class LogsOfStages
{
    [Theory]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.Process)]
    public Task Lines_arrive_in_order_with_level_event_and_exception(Isolation isolation) => Within.Time(async () =>
    {
        using var lines = new Lines(LogLevel.Information);
        await Pipeline.From(Enumerable.Range(0, 3)).Then(Log, new() { Isolation = isolation }).To(xs => xs.Count()).RunAsync(new() { LoggerFactory = lines });
        Assert.Equal(
            Enumerable.Range(0, 3).SelectMany(n => new[] { $"Penstock.Log Information 7 item {n}", $"Penstock.Log Error 0 bad {n}" }),
            lines.Written.Select(l => l.Split('\n', '\r')[0]));
        Assert.All(lines.Written.Where(l => l.Contains("bad", StringComparison.Ordinal)), l => Assert.Contains("FormatException: because", l, StringComparison.Ordinal));
    });

    [Fact]
    public Task A_process_is_not_kept_waiting_by_lines_that_nobody_wants() => Within.Time(async () =>
    {
        using var lines = new Lines(LogLevel.Critical);
        var enabled = await Pipeline.From([1]).Then(IsEnabled, new() { Isolation = Isolation.Process }).To(xs => xs.Single()).RunAsync(new() { LoggerFactory = lines });
        Assert.False(enabled);
        Assert.Empty(lines.Written);
    });

    [Fact]
    public Task Without_a_factory_nothing_is_enabled() => Within.Time(async () =>
        Assert.All(
            await Pipeline.From([1]).Then(IsEnabled).Then(AndIsEnabled, new() { Isolation = Isolation.Process }).To(xs => xs.Single()).RunAsync(),
            Assert.False));

    [Fact]
    public Task Threads_of_a_process_may_log_at_the_same_time_and_a_long_line_arrives_whole() => Within.Time(async () =>
    {
        using var lines = new Lines(LogLevel.Information);
        await Pipeline.From([1]).Then(LogFromMany, new() { Isolation = Isolation.Process }).To(xs => xs.Count()).RunAsync(new() { LoggerFactory = lines });
        Assert.Equal(40, lines.Written.Count);
        Assert.All(lines.Written, l => Assert.EndsWith(new string('x', 100_000), l, StringComparison.Ordinal));
    });

    internal static IEnumerable<int> Log(IEnumerable<int> items)
    {
        foreach (var n in items)
        {
            PipelineContext.Current!.Logger.LogInformation(new EventId(7, "seven"), "item {Number}", n);
            PipelineContext.Current.Logger.LogError(new FormatException("because"), "bad {Number}", n);
            PipelineContext.Current.Logger.LogDebug("nothing");
            yield return n;
        }
    }

    internal static IEnumerable<bool> IsEnabled(IEnumerable<int> items)
    {
        foreach (var _ in items)
        {
            PipelineContext.Current!.Logger.LogError("unwanted");
            yield return PipelineContext.Current.Logger.IsEnabled(LogLevel.Error);
        }
    }

    internal static IEnumerable<bool[]> AndIsEnabled(IEnumerable<bool> items)
    {
        foreach (var before in items)
            yield return [before, PipelineContext.Current!.Logger.IsEnabled(LogLevel.Critical)];
    }

    internal static IEnumerable<int> LogFromMany(IEnumerable<int> items)
    {
        foreach (var n in items)
        {
            var logger = PipelineContext.Current!.Logger;
            Parallel.For(0, 40, i => logger.LogInformation("{Text}", new string('x', 100_000)));
            yield return n;
        }
    }

    private sealed class Lines(LogLevel least) : ILoggerFactory
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName, least);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private sealed class Logger(Lines lines, string category, LogLevel least) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= least && category.Contains('.', StringComparison.Ordinal);

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                    lines.Written.Enqueue($"{category} {logLevel} {eventId.Id} {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}");
            }
        }
    }
}
