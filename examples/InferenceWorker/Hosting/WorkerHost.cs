using InferenceWorker.Files;
using InferenceWorker.Jobs;
using InferenceWorker.Reading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Penstock.Hosting;

namespace InferenceWorker.Hosting;

/// <summary>The worker of the fleet: the pipeline between queue and file server, as a hosted service.</summary>
internal static class WorkerHost
{
    public const string Name = "Reader";

    public static IServiceCollection AddReader(this IServiceCollection services, FleetOptions options, JobQueue queue)
    {
        var weights = Path.Combine(AppContext.BaseDirectory, "Model", "digits.weights.bin");
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.ShutdownTimeout));
        services.AddSingleton(queue.Jobs);
        services.AddSingleton(_ => FilesClient.Of(options.Files));
        if (options.HealthPort is { } port)
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<HealthEndpoint>(provider, port));
        services.AddPipelineWorker<ReadRequest, PageText>(
                (provider, requests) => requests.Read(provider.GetRequiredService<HttpClient>(), weights),
                provider => (job, ct) => DigitsService.UploadAsync(job, provider.GetRequiredService<HttpClient>(), ct),
                Name)
            .Configure(worker => worker.JobsInFlight = options.JobsInFlight ?? worker.JobsInFlight);
        return services;
    }
}
