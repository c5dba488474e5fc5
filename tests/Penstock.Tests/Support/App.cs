using System.Diagnostics;

namespace Penstock.Tests.Support;

/// <summary>An ordinary application that uses Penstock, for what cannot be tried in the process of the tests.</summary>
internal sealed record App(int ExitCode, string Output, string Error)
{
    private const string Name = "Penstock.TestApp";

    /// <summary>Its own executable.</summary>
    public static string Host => Path.Combine(Folder, Name);

    /// <summary>Its assembly, for <c>dotnet</c>.</summary>
    public static string Assembly => Host + ".dll";

    // bin/<configuration>/<framework>, as that of the tests.
    public static string Folder => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../", Name, Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "../../.."), AppContext.BaseDirectory)));

    public static async Task<App> RunAsync(string file, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        using var process = Start(file, arguments, environment);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    public static Process Start(string file, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(file, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
