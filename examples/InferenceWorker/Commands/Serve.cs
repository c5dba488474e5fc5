using InferenceWorker.Files;
using Microsoft.Extensions.Hosting;

namespace InferenceWorker.Commands;

/// <summary><c>files</c></summary>
internal static class Serve
{
    public static async Task<int> RunAsync(Invocation invocation)
    {
        var options = invocation.Options;
        await using var files = FileServer.Start(options.Folder, options.Port, options.Host);
        Console.WriteLine($"Files in {Path.GetFullPath(options.Folder)} at http://{options.Host}:{options.Port}/");
        using var host = invocation.Builder.Build();
        await host.RunAsync();
        return 0;
    }
}
