using System.Collections;
using System.Reflection;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>Everything a launcher needs to start a worker process.</summary>
/// <param name="Command">What to run.</param>
/// <param name="Environment">All variables of the new process.</param>
/// <param name="Message">Read by the new process; must live until it has ended.</param>
internal sealed record WorkerStart(CommandLine Command, IReadOnlyDictionary<string, string> Environment, SharedRegion Message)
{
    private const string ServerCollector = "DOTNET_gcServer";

    // What the engine sets for a worker's runtime, and for nothing that a stage starts in turn.
    private static readonly string[] OfRuntime = [ServerCollector, MemoryShare.HeapLimitVariable, Platform.PortableVariable];

    /// <exception cref="PipelineDefinitionException">Such a worker cannot be started.</exception>
    public static WorkerStart Prepare(WorkerLaunch launch)
    {
        StartupHooks.Require();
        var command = CommandLine.Current;
        Assembly[] assemblies = [typeof(WorkerStart).Assembly, launch.Entry.Method.Module.Assembly, .. launch.Assemblies];
        var former = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var name in OfRuntime)
        {
            if (!launch.Environment.ContainsKey(name))
                former[name] = System.Environment.GetEnvironmentVariable(name);
        }

        var message = StartMessage.Write(
            new(launch.Name, MethodName.Of(launch.Entry.Method), SetupMethods.Of(launch.Assemblies), AssemblyLocations.Of(assemblies), launch.MemoryLimit, former, launch.Message.ToArray()),
            launch.IsPortable);
        try
        {
            return new(command, Variables(launch, message.Handle), message);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private static Dictionary<string, string> Variables(WorkerLaunch launch, string handle)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry inherited in System.Environment.GetEnvironmentVariables())
            variables[(string)inherited.Key] = (string?)inherited.Value ?? "";

        // One heap each: several server heaps a worker would fight for the processors.
        variables[ServerCollector] = "0";
        if (launch.MemoryLimit is not null || !variables.ContainsKey(MemoryShare.HeapLimitVariable))
            variables[MemoryShare.HeapLimitVariable] = MemoryShare.HeapLimit(launch.MemoryLimit, launch.Workers);
        foreach (var (name, value) in launch.Environment)
            variables[Checked(launch.Name, name, value)] = value;

        if (StartupHooks.AreSupported)
            variables[StartupHooks.Variable] = StartupHooks.Append(variables.GetValueOrDefault(StartupHooks.Variable));
        if (launch.IsPortable)
            variables[Platform.PortableVariable] = "1"; // also where only a switch of this process said so
        variables[WorkerVariable.Name] = WorkerVariable.Format(handle);
        return variables;
    }

    // The user's dictionary may hold null, whatever its type says.
    private static string Checked(string worker, string name, string? value) =>
        name.Length > 0 && name.AsSpan().IndexOfAny('=', '\0') < 0 && value?.Contains('\0', StringComparison.Ordinal) is false
            ? name
            : throw new PipelineDefinitionException($"WorkerEnvironment of {worker}: '{name}' = {(value is null ? "null" : $"'{value}'")} is no environment variable. Names have no '=', neither has a null character, and a value is at least an empty text.");
}
