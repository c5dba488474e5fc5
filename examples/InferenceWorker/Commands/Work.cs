using InferenceWorker.Hosting;
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
        await host.RunAsync();

        // A worker that failed has stopped its host, which takes that for a good end, and has left a word here.
        return Environment.ExitCode;
    }
}
