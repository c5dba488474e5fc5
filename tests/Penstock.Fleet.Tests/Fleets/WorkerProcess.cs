using System.Diagnostics;
using System.Globalization;

namespace Penstock.Fleet.Tests.Fleets;

/// <summary>A worker of the fleet: the built example as a process.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    // How long the kernel and the workers of an orphaned stage may take; the promise is a second, if they get a processor.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly Process process;

    public WorkerProcess(params string[] arguments)
    {
        // Its files lie beside the tests' own.
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", Path.Combine(AppContext.BaseDirectory, "InferenceWorker.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A killed process would leave its diagnostic files in the temporary folder.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        };
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Lines.Add(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => Lines.Add(line.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has printed.</summary>
    public Chronicle<string> Lines { get; } = new();

    /// <summary>How it signs what it stores.</summary>
    public string Name => $"{Environment.MachineName}-{process.Id}";

    /// <summary>Waits until it has said something like this.</summary>
    public Task SaysAsync(string text) => Lines.UntilAsync(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until it works.</summary>
    public Task StartedAsync() => SaysAsync("works on up to");

    /// <summary>kill -9, and waits until its own processes are gone, too.</summary>
    public async Task KillAsync()
    {
        if (process.HasExited)
            throw new InvalidOperationException($"Worker {process.Id} has ended by itself, with {process.ExitCode}: {string.Join('\n', Lines.All.TakeLast(20))}");
        var children = Children();
        process.Kill();
        await process.WaitForExitAsync();
        foreach (var child in children)
            await GoneAsync(child);
    }

    /// <summary>SIGTERM.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private List<int> Children() =>
    [
        .. Directory.EnumerateDirectories($"/proc/{process.Id}/task")
            .SelectMany(thread => ChildrenOf(thread).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture)),
    ];

    private static string ChildrenOf(string thread)
    {
        try
        {
            return File.ReadAllText($"{thread}/children");
        }
        catch (IOException)
        {
            return ""; // the thread has just ended
        }
    }

    private static async Task GoneAsync(int id)
    {
        try
        {
            using var child = Process.GetProcessById(id);
            await child.WaitForExitAsync().WaitAsync(Grace);
        }
        catch (ArgumentException)
        {
            // It is gone already.
        }
    }
}
