using System.Diagnostics;

namespace Penstock.Hosting.Tests.Queues;

/// <summary>The test application, killed with the test if it has not ended.</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly Process process;

    public OtherProcess(params string[] arguments)
    {
        // Its files lie beside the tests' own.
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", Path.Combine(AppContext.BaseDirectory, "Penstock.Hosting.TestApp.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A killed process would leave its diagnostic files in the temporary folder.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        };
        process = Process.Start(start)!;
        Errors = process.StandardError.ReadToEndAsync();
    }

    public Task<string> Errors { get; }

    public bool HasExited => process.HasExited;

    /// <summary>Waits for its end, which must be a good one.</summary>
    public async Task<string> OutputAsync()
    {
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await Errors);
        return output;
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            Kill();
        process.Dispose();
    }
}
