using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Penstock.Hosting.Workers;

namespace Penstock.Hosting;

/// <summary>Adds workers that pull jobs from a queue and run them through a pipeline, as hosted services.</summary>
public static class PipelineWorkerExtensions
{
    /// <summary>
    /// Adds a worker: jobs from the <see cref="IJobQueue{T}"/> that is registered (under the worker's name, else without one) flow through
    /// the stages into the sink, and each is completed when all that it became has passed the sink.
    /// </summary>
    /// <remarks>
    /// <para>What a stage or the sink throws, or the death of its process, fails the one job: the queue tries it again later, or puts it aside.
    /// A stage that was given <see cref="FaultPolicy.Retry"/> first tries again itself. Only what concerns no job (a model that cannot be loaded,
    /// a thread that is stuck) fails the worker, and with it the host; its other jobs are given back.</para>
    /// <para>No order is kept between jobs, whatever <see cref="StageOptions.Ordered"/> says, and a batch holds items of one job. Stages
    /// finish with an item before they ask for the next, and take all their items.</para>
    /// <para>A queue that fails is not given up: what has become of a job is told again until the queue hears it, and pulling is begun again after 1 s, 2 s, and
    /// so on up to 30 s; the health check is degraded meanwhile. But a queue that has never worked (it fails before its first job, and within 30 s)
    /// fails the worker at once, since its settings are to blame, unless it says that the failure may pass (<see cref="JobQueueException.IsTransient"/>).</para>
    /// <para>As soon as the host begins to stop, the worker pulls no more and finishes what it has, for about three quarters of
    /// <see cref="HostOptions.ShutdownTimeout"/>; what is not finished then is given back. An infinite timeout is no limit.</para>
    /// </remarks>
    /// <typeparam name="T">A job's payload.</typeparam>
    /// <typeparam name="TOut">What comes out of the stages.</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="stages">Adds the stages to the pipeline of payloads.</param>
    /// <param name="sink">
    /// Called with what came out, and the job it came from; up to <see cref="PipelineWorkerOptions.SinkWorkers"/> calls at once. A job that
    /// became several items comes several times. Store results under the job's name: after a crash it may come again.
    /// </param>
    /// <param name="name">The worker's name: in configuration, logs, metrics, and of its health check. Default: <c>Worker</c>.</param>
    /// <returns>The worker's options, to configure them further.</returns>
    /// <exception cref="InvalidOperationException">There is a worker of that name already.</exception>
    public static OptionsBuilder<PipelineWorkerOptions> AddPipelineWorker<T, TOut>(
        this IServiceCollection services,
        Func<Pipeline<T>, Pipeline<TOut>> stages,
        Func<Job<TOut>, CancellationToken, ValueTask> sink,
        string name = "Worker")
    {
        ArgumentNullException.ThrowIfNull(stages);
        ArgumentNullException.ThrowIfNull(sink);
        return services.AddPipelineWorker<T, TOut>((_, jobs) => stages(jobs), _ => sink, name);
    }

    /// <inheritdoc cref="AddPipelineWorker{T, TOut}(IServiceCollection, Func{Pipeline{T}, Pipeline{TOut}}, Func{Job{TOut}, CancellationToken, ValueTask}, string)"/>
    /// <param name="services">The application's services.</param>
    /// <param name="stages">Adds the stages to the pipeline of payloads.</param>
    /// <param name="sink">Makes the sink, once, from the services of the whole application; for services of a scope, the sink opens one for each job.</param>
    /// <param name="name">The worker's name.</param>
    public static OptionsBuilder<PipelineWorkerOptions> AddPipelineWorker<T, TOut>(
        this IServiceCollection services,
        Func<Pipeline<T>, Pipeline<TOut>> stages,
        Func<IServiceProvider, Func<Job<TOut>, CancellationToken, ValueTask>> sink,
        string name = "Worker")
    {
        ArgumentNullException.ThrowIfNull(stages);
        return services.AddPipelineWorker<T, TOut>((_, jobs) => stages(jobs), sink, name);
    }

    /// <inheritdoc cref="AddPipelineWorker{T, TOut}(IServiceCollection, Func{Pipeline{T}, Pipeline{TOut}}, Func{Job{TOut}, CancellationToken, ValueTask}, string)"/>
    /// <param name="services">The application's services.</param>
    /// <param name="stages">Adds the stages to the pipeline of payloads; may take what it needs from the services. Stages in processes take none of them.</param>
    /// <param name="sink">Makes the sink, once, from the services of the whole application; for services of a scope, the sink opens one for each job.</param>
    /// <param name="name">The worker's name.</param>
    public static OptionsBuilder<PipelineWorkerOptions> AddPipelineWorker<T, TOut>(
        this IServiceCollection services,
        Func<IServiceProvider, Pipeline<T>, Pipeline<TOut>> stages,
        Func<IServiceProvider, Func<Job<TOut>, CancellationToken, ValueTask>> sink,
        string name = "Worker")
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(stages);
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (services.Any(s => s.ServiceType == typeof(WorkerStatus) && name.Equals(s.ServiceKey)))
        {
            throw new InvalidOperationException($"There is a pipeline worker '{name}' already. Give each a name of its own, as in "
                + "services.AddPipelineWorker(stages, sink, \"scans\"): options, logs and the health check go by it.");
        }

        services.TryAddSingleton<JobLogProvider>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<LoggerFilterOptions>, CaptureRule>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoggerProvider, JobLogProvider>(provider => provider.GetRequiredService<JobLogProvider>()));
        services.AddKeyedSingleton(name, (provider, _) => new WorkerStatus(provider.TimeProvider()));
        services.AddSingleton<IHostedService>(provider => new PipelineWorkerService<T, TOut>(name, provider, stages, sink));
        services.AddSingleton<IValidateOptions<PipelineWorkerOptions>>(new OptionsCheck(name));
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            name, provider => new PipelineWorkerHealth(provider.GetRequiredKeyedService<WorkerStatus>(name)), failureStatus: null, tags: ["penstock"]));
        return services.AddOptions<PipelineWorkerOptions>(name)
            .BindConfiguration($"Penstock:Workers:{name}")
            .ValidateOnStart();
    }

    internal static TimeProvider TimeProvider(this IServiceProvider provider) => provider.GetService<TimeProvider>() ?? System.TimeProvider.System;
}
