using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Penstock.Stages;
using Penstock.Telemetry;

namespace Penstock.Hosting.Workers;

/// <summary>One run of the pipeline, as long as the host lives.</summary>
internal sealed class PipelineWorkerService<T, TOut>(
    string name,
    IServiceProvider provider,
    Func<IServiceProvider, Pipeline<T>, Pipeline<TOut>> stages,
    Func<IServiceProvider, Func<Job<TOut>, CancellationToken, ValueTask>> sink) : BackgroundService
{
    // Of the host's shutdown timeout: for finishing jobs; for stages to leave after an abort. The rest is for giving jobs back.
    private const double DrainShare = 0.8;
    private const double AbortShare = 0.1;

    private readonly PipelineWorkerOptions options = provider.GetRequiredService<IOptionsMonitor<PipelineWorkerOptions>>().Get(name);
    private readonly TimeSpan shutdownTimeout = provider.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
    private readonly TimeProvider time = provider.TimeProvider();
    private readonly WorkerStatus status = provider.GetRequiredKeyedService<WorkerStatus>(name);
    private readonly WorkerLog log = new(new SafeLogger(provider.GetRequiredService<ILoggerFactory>().CreateLogger("Penstock.Hosting")));

    // Built when the host starts, so that what cannot run is told before anything does.
    private OpenJobs<T>? jobs;
    private PipelineRun? run;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var deliver = sink(provider);
        if (options.CaptureLog)
            provider.GetRequiredService<JobLogProvider>().Capture(options.CaptureLevel);
        var pipeline = TrackedPipeline.Create<OpenJob<T>, T, TOut>(
            ct => jobs!.PullAsync(ct),
            job => job.Job.Payload,
            items => stages(provider, items),
            (job, item, ct) => deliver(job.With(item), ct),
            new StageOptions { Name = StageName.Of(deliver) ?? "Deliver", Workers = options.SinkWorkers },
            (job, why) => jobs!.Fail(job, why),
            job => new ValueTask(jobs!.SettleAsync(job)));
        var most = options.JobsInFlight ?? pipeline.Path.Skip(1).SkipLast(1).Sum(s => s.Options.Workers); // of all stages and the sink, but not Pull and Settle
        jobs = new OpenJobs<T>(Queue(), most, () => options.CaptureLog ? new JobLog(options.CaptureLevel, options.CaptureLines, time) : null, status, log, time);
        run = pipeline.Start(RunOptions(), CancellationToken.None);
        status.Run = run;
        log.Started(name, most, pipeline.ToString());
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ended = new CancellationTokenSource();
        using var stop = stoppingToken.UnsafeRegister(worker => _ = ((PipelineWorkerService<T, TOut>)worker!).DrainAsync(), this);
        var kept = jobs!.KeepAsync(ended.Token);
        try
        {
            await run!.Completion.ConfigureAwait(false);
            if (!stoppingToken.IsCancellationRequested)
                throw new InvalidOperationException($"Pipeline worker '{name}': the queue has ended its jobs by itself, which only its token should do.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            status.Failure = exception;
            if (Environment.ExitCode == 0)
                Environment.ExitCode = 1; // the host ends as if nothing had happened, but whoever looks after the process must see it
            throw;
        }
        finally
        {
            var left = status.Open;
            await jobs.SettleRestAsync().ConfigureAwait(false);
            log.Stopped(name, left);
            await ended.CancelAsync().ConfigureAwait(false);
            await kept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DrainAsync()
    {
        status.IsDraining = true;
        var limit = shutdownTimeout * DrainShare;
        log.Draining(name, status.Open, limit);
        using var aborting = new CancellationTokenSource(limit, time);
        await run!.DrainAsync(aborting.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private IJobQueue<T> Queue() =>
        provider.GetKeyedService<IJobQueue<T>>(name) ?? provider.GetService<IJobQueue<T>>() ?? throw new InvalidOperationException(
            $"Pipeline worker '{name}' has no queue: register one, as in services.AddSqliteJobQueue<{typeof(T).Name}>(\"jobs.db\").");

    private RunOptions RunOptions()
    {
        var most = shutdownTimeout * AbortShare;
        return options.Run with
        {
            Name = options.Run.Name ?? name,
            StopTimeout = options.Run.StopTimeout < most ? options.Run.StopTimeout : most,
            DeadLetter = options.Run.DeadLetter ?? (static _ => { }),
            LoggerFactory = options.Run.LoggerFactory ?? provider.GetRequiredService<ILoggerFactory>(),
        };
    }
}
