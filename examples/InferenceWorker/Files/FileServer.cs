using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace InferenceWorker.Files;

/// <summary>A file was stored.</summary>
/// <param name="Path">Its name, as in <c>results/seed1-0001.json</c>.</param>
/// <param name="By">Who stored it, by the header <see cref="FileServer.ByHeader"/>.</param>
/// <param name="Times">How often it has been stored by now, this time included.</param>
internal sealed record StoredFile(string Path, string By, int Times);

/// <summary>Stands in for object storage: files by GET and PUT, in a folder. A PUT of the same name again replaces the file.</summary>
internal sealed partial class FileServer : IAsyncDisposable
{
    public const string ByHeader = "X-Worker";

    readonly string folder;
    readonly ConcurrentDictionary<string, int> puts = new(StringComparer.Ordinal);
    readonly HttpLoop loop;

    FileServer(string folder, string host, int port)
    {
        this.folder = folder;
        Port = port;
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        Directory.CreateDirectory(Path.Combine(folder, "results"));
        loop = new HttpLoop(host, port, AnswerAsync);
    }

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    /// <summary>How often each file was stored.</summary>
    public IReadOnlyDictionary<string, int> Puts => puts;

    /// <summary>Awaited when a file has been stored, before the PUT is answered.</summary>
    public Func<StoredFile, Task> Stored { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Awaited before each GET is answered: the storage's latency.</summary>
    public Func<string, Task> Sending { get; set; } = static _ => Task.CompletedTask;

    /// <param name="folder">Where the files are kept; it is made if it is missing.</param>
    /// <param name="port">Default: any that is free.</param>
    /// <param name="host">Where to listen; <c>+</c> for everywhere.</param>
    /// <exception cref="IOException">The port cannot be had, or the folder not be made.</exception>
    public static FileServer Start(string folder, int? port = null, string host = "127.0.0.1") => new(folder, host, port ?? FreePort());

    public ValueTask DisposeAsync() => loop.DisposeAsync();

    async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var name = request.Url!.AbsolutePath[1..];
        if (!FileName().IsMatch(name))
            response.StatusCode = (int)HttpStatusCode.NotFound;
        else if (string.Equals(request.HttpMethod, "PUT", StringComparison.Ordinal))
            await StoreAsync(name, request, response);
        else
            await SendAsync(name, response);
    }

    async Task SendAsync(string name, HttpListenerResponse response)
    {
        await Sending(name);
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            response.StatusCode = (int)HttpStatusCode.NotFound;
            return;
        }

        await using var file = File.OpenRead(path);
        response.ContentLength64 = file.Length;
        await file.CopyToAsync(response.OutputStream);
    }

    async Task StoreAsync(string name, HttpListenerRequest request, HttpListenerResponse response)
    {
        // A file gets its name when it is complete, so that nobody reads half of one.
        var unfinished = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        await using (var file = File.Create(unfinished))
            await request.InputStream.CopyToAsync(file);
        if (request.ContentLength64 >= 0 && request.ContentLength64 != new FileInfo(unfinished).Length)
            throw new IOException($"{name} was cut short.");
        File.Move(unfinished, Path.Combine(folder, name), overwrite: true);

        var times = puts.AddOrUpdate(name, 1, (_, before) => before + 1);
        response.StatusCode = (int)HttpStatusCode.NoContent;
        await Stored(new(name, request.Headers[ByHeader] ?? "", times));
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Two folders, no way out of them.
    [GeneratedRegex("^(?:images|results)/[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileName();
}
