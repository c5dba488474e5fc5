using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>Who listens to a worker cannot break it.</summary>
[Collection(nameof(TracesOfJobs))] // listeners hear the whole process
public class ListenersThatThrow
{
    private readonly RecordingQueue<int> queue = new();

    [Fact(Timeout = 120_000)]
    public async Task A_logger_that_throws_changes_nothing()
    {
        await RunAsync(new Thrower());
        await AssertAllIsSettledAsync();
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_listener_to_activities_that_throws_changes_nothing(bool atStart)
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Penstock",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        if (atStart)
            listener.ActivityStarted = _ => throw new IOException("no collector");
        else
            listener.ActivityStopped = _ => throw new IOException("no collector");
        ActivitySource.AddActivityListener(listener);
        await RunAsync(provider: null);
        await AssertAllIsSettledAsync();
    }

    private async Task RunAsync(ILoggerProvider? provider)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        if (provider is not null)
            builder.Logging.AddProvider(provider);
        builder.Services.AddSingleton<IJobQueue<int>>(queue);
        builder.Services.AddPipelineWorker<int, int>(jobs => jobs.Select(n => n == 1 ? throw new FormatException() : n), (_, _) => default);
        using var host = builder.Build();
        await host.StartAsync();
        queue.Add("bad", 1);
        queue.Add("good", 2);
        await queue.UntilSettledAsync(2);
        await host.StopAsync();
    }

    private Task AssertAllIsSettledAsync()
    {
        Assert.Equal(["good"], queue.Completed);
        Assert.IsType<FormatException>(queue.Failed["bad"]);
        Assert.Empty(queue.Released);
        return Task.CompletedTask;
    }

    /// <summary>Throws at whatever the worker logs.</summary>
    private sealed class Thrower : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) =>
            categoryName == "Penstock.Hosting" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("no log server");

        public void Dispose()
        {
        }
    }
}
