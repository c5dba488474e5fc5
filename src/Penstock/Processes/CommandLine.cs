using System.Reflection;
using System.Text;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>
/// How this very application is started again: its host, the options that the host was given, and the application; not the application's
/// own arguments, since Main does not run.
/// </summary>
internal sealed record CommandLine(string File, IReadOnlyList<string> Arguments)
{
    private const string Host = "dotnet";
    private const string Execute = "exec";

    // Each is followed by a value. Source: the host's documentation (dotnet --help, "runtime-options").
    private static readonly string[] PathOptions = ["--depsfile", "--runtimeconfig", "--additionalprobingpath", "--additional-deps"];

    private static readonly Lazy<CommandLine> OfThisProcess = new(Find);

    public static CommandLine Current => OfThisProcess.Value;

    /// <param name="arguments">The host's, without its own name: options, the application, the application's arguments.</param>
    /// <param name="baseDirectory">Where the application is.</param>
    /// <returns>Null if the host runs something else, such as a command of the SDK.</returns>
    public static IReadOnlyList<string>? HostArguments(IReadOnlyList<string> arguments, string baseDirectory)
    {
        var kept = new List<string>();
        var next = 0;
        if (arguments is [Execute, ..])
            kept.Add(arguments[next++]);
        for (; next + 1 < arguments.Count && arguments[next].StartsWith('-'); next += 2)
        {
            kept.Add(arguments[next]);
            kept.Add(PathOptions.Contains(arguments[next], StringComparer.Ordinal) ? Absolute(arguments[next + 1]) : arguments[next + 1]);
        }

        if (next >= arguments.Count)
            return null;

        // The working directory may have changed since, so the place where the runtime found the application counts.
        var application = Path.Combine(baseDirectory, Path.GetFileName(arguments[next]));
        if (!System.IO.File.Exists(application))
            return null;
        kept.Add(application);
        return kept;
    }

    private static CommandLine Find()
    {
        var file = Environment.ProcessPath ?? throw Refuse("the system does not tell its path");
        if (!string.Equals(Path.GetFileNameWithoutExtension(file), Host, StringComparison.OrdinalIgnoreCase))
            return new(file, []); // the application's own executable
        return new(file, (Platform.IsLinux ? HostArguments(ReadArguments(), AppContext.BaseDirectory) : null) ?? FromRuntime());
    }

    private static string[] ReadArguments() =>
        Encoding.UTF8.GetString(System.IO.File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0')[1..];

    // What the runtime knows about its start, where the system does not tell the command line.
    private static string[] FromRuntime()
    {
        var application = AssemblyLocations.Of(Assembly.GetEntryAssembly() is { } entry ? [entry] : []);
        if (application.Count == 0)
            throw Refuse("it has no entry assembly with a file of its own");
        var dependencies = (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string)?.Split(Path.PathSeparator, ';')[0];
        const string DependenciesEnd = ".deps.json";
        if (dependencies?.EndsWith(DependenciesEnd, StringComparison.OrdinalIgnoreCase) is true
            && dependencies[..^DependenciesEnd.Length] + ".runtimeconfig.json" is var configuration && System.IO.File.Exists(configuration))
            return [Execute, "--runtimeconfig", configuration, "--depsfile", dependencies, application[0]];
        return [Execute, application[0]];
    }

    private static string Absolute(string path) => Path.Exists(path) ? Path.GetFullPath(path) : path;

    private static PipelineDefinitionException Refuse(string why) =>
        new($"Worker processes are this application, started again, but it cannot be: {why}. Use Isolation.Thread.");
}
