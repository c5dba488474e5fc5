using InferenceWorker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace InferenceWorker.Commands;

/// <summary><c>worker</c></summary>
internal static class Work
{
    public static async Task<int> RunAsync(Invocation invocation)
    {
        await using var queue = JobQueue.Open(invocation.Options);
        var builder = invocation.Builder;
        builder.Services.AddReader(invocation.Options, queue);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        using var host = builder.Build();
        var workers = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        await host.RunAsync();

        // A worker that failed has stopped its host, which takes that for a good end.
        return workers.Any(worker => worker.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
    }
}
