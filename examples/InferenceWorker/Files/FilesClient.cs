namespace InferenceWorker.Files;

/// <summary>The way to the file server.</summary>
internal static class FilesClient
{
    public static HttpClient Of(Uri files)
    {
        var client = new HttpClient { BaseAddress = files };
        client.DefaultRequestHeaders.Add(FileServer.ByHeader, $"{Environment.MachineName}-{Environment.ProcessId}");
        return client;
    }
}
