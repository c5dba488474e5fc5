using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Penstock.Stages;
using Penstock.Telemetry;

namespace Penstock.Hosting.Workers;

/// <summary>One run of the pipeline, as long as the host lives.</summary>
/// <remarks>Not a <see cref="BackgroundService"/>: that may never execute what was started, and hears of the end only when services before it have stopped.</remarks>
internal sealed class PipelineWorkerService<T, TOut> : IHostedService, IAsyncDisposable
{
    private readonly string name;
    private readonly IServiceProvider provider;
    private readonly Func<IServiceProvider, Pipeline<T>, Pipeline<TOut>> stages;
    private readonly Func<IServiceProvider, Func<Job<TOut>, CancellationToken, ValueTask>> sink;
    private readonly PipelineWorkerOptions options;
    private readonly HostOptions host;
    private readonly IHostApplicationLifetime lifetime;
    private readonly IJobQueue<T> queue; // asked for here, so that it is disposed after this
    private readonly TimeProvider time;
    private readonly Shutdown shutdown;
    private readonly WorkerStatus status;
    private readonly WorkerLog log;

    private PipelineRun? run;
    private Task life = Task.CompletedTask;
    private CancellationTokenRegistration stopping;

    public PipelineWorkerService(
        string name,
        IServiceProvider provider,
        Func<IServiceProvider, Pipeline<T>, Pipeline<TOut>> stages,
        Func<IServiceProvider, Func<Job<TOut>, CancellationToken, ValueTask>> sink)
    {
        (this.name, this.provider, this.stages, this.sink) = (name, provider, stages, sink);
        options = provider.GetRequiredService<IOptionsMonitor<PipelineWorkerOptions>>().Get(name);
        host = provider.GetRequiredService<IOptions<HostOptions>>().Value;
        lifetime = provider.GetRequiredService<IHostApplicationLifetime>();
        time = provider.TimeProvider();
        shutdown = new Shutdown(host.ShutdownTimeout, time);
        status = provider.GetRequiredKeyedService<WorkerStatus>(name);
        log = new WorkerLog(new SafeLogger(provider.GetRequiredService<ILoggerFactory>().CreateLogger("Penstock.Hosting")));
        queue = provider.GetKeyedService<IJobQueue<T>>(name) ?? provider.GetService<IJobQueue<T>>() ?? throw new InvalidOperationException(
            $"Pipeline worker '{name}' has no queue: register one, as in services.AddSqliteJobQueue<{typeof(T).Name}>(\"jobs.db\").");
        _ = provider.GetService<IJobStore<T>>(); // the same object, which the provider would otherwise note again, behind this, and dispose before it
        status.Outage = () => queue.Outage;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A host that stops while it starts may never come back to end what is begun now.
        if (cancellationToken.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
            return Task.CompletedTask;

        var deliver = sink(provider);
        if (options.CaptureLog)
            provider.GetRequiredService<JobLogProvider>().Capture(options.CaptureLevel);
        OpenJobs<T>? jobs = null;
        var pipeline = TrackedPipeline.Create<OpenJob<T>, T, TOut>(
            ct => jobs!.PullAsync(ct),
            job => job.Job.Payload,
            items => stages(provider, items),
            (job, item, ct) => job.IsLost ? default : deliver(job.With(item), ct),
            new StageOptions { Name = StageName.Of(deliver) ?? "Deliver", Workers = options.SinkWorkers },
            (job, why) => Fail(jobs!, job, why),
            job => jobs!.SettleAsync(job));
        var most = options.JobsInFlight ?? pipeline.Path.Skip(1).SkipLast(1).Sum(s => s.Options.Workers); // of all stages and the sink, but not Pull and Settle
        jobs = new OpenJobs<T>(queue, most, () => options.CaptureLog ? new JobLog(options.CaptureLevel, options.CaptureLines, time) : null, shutdown, status, log, time);
        status.Open = () => jobs.Count;
        run = pipeline.Start(RunOptions(), CancellationToken.None);
        life = LiveAsync(run, jobs);
        log.Started(name, most, pipeline.ToString());
        stopping = lifetime.ApplicationStopping.UnsafeRegister(static worker => ((PipelineWorkerService<T, TOut>)worker!).Drain(), this);
        return Task.CompletedTask;
    }

    /// <summary>Waits for the end, which has begun when the host's did.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Drain();
        using var late = cancellationToken.UnsafeRegister(static shutdown => ((Shutdown)shutdown!).End(), shutdown);
        await life.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.DisposeAsync().ConfigureAwait(false);
        if (life.IsCompleted)
            return;
        Drain();
        run!.Abort();
        await life.WaitAsync(options.Run.StopTimeout + Shutdown.LastWait, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LiveAsync(PipelineRun run, OpenJobs<T> jobs)
    {
        using var ended = new CancellationTokenSource();
        var kept = jobs.KeepAsync(ended.Token);
        await run.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Nothing comes between the end of a run and this.
        var left = status.Open();
        var settled = jobs.SettleRestAsync();
        try
        {
            if (Failure(run) is { } failure)
                Fail(failure);
        }
        finally
        {
            await settled.ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await kept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            shutdown.StopClocks();
            log.Stopped(name, left);
        }
    }

    // Whoever is the first to say that the host stops starts the clocks.
    private void Drain()
    {
        if (run is null || !shutdown.TryBegin() || run.Completion.IsCompleted)
            return;
        status.IsDraining = true;
        log.Draining(name, status.Open(), shutdown.Drain);
        _ = DrainAsync(run);
    }

    private async Task DrainAsync(PipelineRun run) =>
        await run.DrainAsync(shutdown.Aborting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its life sees how it ends

    private Exception? Failure(PipelineRun run) => run.Completion switch
    {
        { IsFaulted: true, Exception.InnerException: { } exception } => exception,
        _ when status.IsDraining => null,
        { IsCanceled: true } => new OperationCanceledException($"Pipeline worker '{name}': its run was aborted, though the host does not stop."),
        _ => new InvalidOperationException($"Pipeline worker '{name}': the queue has ended its jobs by itself, which only its token should do."),
    };

    private void Fail(OpenJobs<T> jobs, OpenJob<T> job, Exception why)
    {
        if (!IsHostGone())
        {
            jobs.Fail(job, why);
            return;
        }

        // A host that was disposed without being stopped takes the sink's services away before this: no job is to blame for that.
        job.IsToReturn = true;
        Drain();
        run!.Abort();
    }

    private bool IsHostGone()
    {
        try
        {
            provider.GetService<IServiceScopeFactory>();
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private void Fail(Exception failure)
    {
        status.Failure = failure;
        log.Failed(name, failure);
        if (Environment.ExitCode == 0)
            Environment.ExitCode = 1; // the host ends as if nothing had happened, but whoever looks after the process must see it
        if (host.BackgroundServiceExceptionBehavior == BackgroundServiceExceptionBehavior.StopHost)
            lifetime.StopApplication();
    }

    private RunOptions RunOptions() => options.Run with
    {
        Name = options.Run.Name ?? name,
        StopTimeout = shutdown.StopTimeout(options.Run.StopTimeout),
        SourceTimeout = shutdown.SourceTimeout,
        DeadLetter = options.Run.DeadLetter ?? (static _ => { }),
        OnStarted = run =>
        {
            status.Run = run; // before the first job is pulled: whoever asks from then on gets an answer
            options.Run.OnStarted?.Invoke(run);
        },
        LoggerFactory = options.Run.LoggerFactory ?? provider.GetRequiredService<ILoggerFactory>(),
    };
}
