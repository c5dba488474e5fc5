using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>What is logged while a job is worked on, wherever that is, comes to the sink with its result.</summary>
public class LogsOfJobs
{
    private readonly RecordingQueue<int> queue = new();
    private readonly ConcurrentDictionary<string, IReadOnlyList<JobLogLine>> logs = [];

    [Theory(Timeout = 120_000)]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.Process)]
    public async Task Lines_of_every_stage_are_collected_by_job(Isolation isolation)
    {
        await RunAsync(
            20,
            jobs => jobs
                .Then(Steps.Say, "first", new() { Workers = 3, Isolation = isolation })
                .Then(Steps.SaySlowly, "second", new() { Workers = 2 })
                .Then(Steps.Say, "third", new() { Isolation = isolation }));
        Assert.Equal(20, logs.Count);
        Assert.All(logs, log => Assert.Equal([$"first {log.Key}", $"second {log.Key}", $"third {log.Key}"], log.Value.Select(l => l.Text)));
        Assert.All(logs.Values, log => Assert.Equal(["Say", "SaySlowly", "Say"], log.Select(l => l.Stage)));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.Process)]
    public async Task Lines_about_parts_belong_to_the_job_that_was_scattered(Isolation isolation)
    {
        await RunAsync(
            6,
            jobs => jobs.ScatterGather(
                n => Enumerable.Repeat(n, 3),
                parts => parts.Then(Steps.Say, "part of", new() { Workers = 2, Isolation = isolation }),
                (n, parts) => parts.Count,
                maxOpen: 3));
        Assert.All(logs, log => Assert.Equal(Enumerable.Repeat($"part of {log.Key}", 3), log.Value.Select(l => l.Text)));
        Assert.Equal(6, logs.Count);
    }

    [Fact(Timeout = 120_000)]
    public async Task Any_logger_counts_if_it_is_used_by_a_stage()
    {
        using var factory = LoggerFactory.Create(_ => { });
        await RunAsync(
            5,
            (provider, jobs) => jobs.Select(async (n, ct) =>
            {
                await Task.Delay(1, ct);
                provider.GetRequiredService<ILogger<LogsOfJobs>>().LogWarning("careful with {Number}", n);
                return n;
            }));
        Assert.All(logs, log => Assert.Equal($"careful with {log.Key}", Assert.Single(log.Value).Text));
        Assert.Equal(5, logs.Count);
    }

    [Fact(Timeout = 120_000)]
    public async Task Only_the_last_lines_are_kept_and_none_that_are_less_severe()
    {
        await RunAsync(
            1,
            jobs => jobs.Then(Steps.Say, "a").Then(Steps.Say, "b").Then(Steps.Say, "c").Select(n =>
            {
                PipelineContext.Current!.Logger.LogDebug("too small");
                return n;
            }),
            o => o.CaptureLines = 2);
        Assert.Equal(["b 0", "c 0"], logs["0"].Select(l => l.Text));
    }

    [Fact(Timeout = 120_000)]
    public async Task Lines_are_collected_down_to_the_level_that_was_asked_for_whatever_the_application_logs()
    {
        await RunAsync(
            1,
            jobs => jobs.Select(n =>
            {
                PipelineContext.Current!.Logger.LogTrace("too small");
                PipelineContext.Current!.Logger.LogDebug("just right");
                return n;
            }),
            o => o.CaptureLevel = LogLevel.Debug);
        Assert.Equal(["just right"], logs["0"].Select(l => l.Text));
    }

    [Fact(Timeout = 120_000)]
    public async Task Each_line_has_a_scope_that_names_stage_worker_and_job()
    {
        var scopes = new ScopeList();
        await RunAsync(
            3,
            jobs => jobs.Then(Steps.Say, "here").Then(Steps.Say, "there", new() { Isolation = Isolation.Process }),
            providers: scopes);
        Assert.Equal(
            ["here 0: Stage Say, Worker 0, Job 0", "here 1: Stage Say, Worker 0, Job 1", "here 2: Stage Say, Worker 0, Job 2", "there 0: Stage Say, Worker 0, Job 0", "there 1: Stage Say, Worker 0, Job 1", "there 2: Stage Say, Worker 0, Job 2"],
            scopes.Lines.Order(StringComparer.Ordinal));
    }

    private Task RunAsync(int count, Func<Pipeline<int>, Pipeline<int>> stages, Action<PipelineWorkerOptions>? configure = null, ILoggerProvider? providers = null) =>
        RunAsync(count, (_, jobs) => stages(jobs), configure, providers);

    private async Task RunAsync(int count, Func<IServiceProvider, Pipeline<int>, Pipeline<int>> stages, Action<PipelineWorkerOptions>? configure = null, ILoggerProvider? provider = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        if (provider is not null)
            builder.Logging.AddProvider(provider);
        builder.Services.AddSingleton<IJobQueue<int>>(queue);
        builder.Services.AddPipelineWorker<int, int>(stages, _ => (job, _) =>
        {
            logs[job.Id] = job.Log;
            return default;
        }).Configure(o => o.CaptureLog = true).Configure(configure ?? (_ => { }));
        using var host = builder.Build();
        await host.StartAsync();
        for (var i = 0; i < count; i++)
            queue.Add(i.ToString(CultureInfo.InvariantCulture), i);
        await queue.UntilSettledAsync(count);
        await host.StopAsync();
        Assert.Empty(queue.Failed);
    }

    /// <summary>Writes down what stages log, each line with its scope.</summary>
    private sealed class ScopeList : ILoggerProvider, ISupportExternalScope, ILogger
    {
        private IExternalScopeProvider scopes = null!;
        private bool isOfAStage;

        public ConcurrentQueue<string> Lines { get; } = [];

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

        public ILogger CreateLogger(string categoryName) => new ScopeList { scopes = scopes, isOfAStage = categoryName == "Penstock.Say", sharedLines = Lines };

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => isOfAStage;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            scopes.ForEachScope((scope, lines) => lines!.Enqueue($"{formatter(state, exception)}: {scope}"), sharedLines);

        public void Dispose()
        {
        }

        private ConcurrentQueue<string>? sharedLines;
    }
}
