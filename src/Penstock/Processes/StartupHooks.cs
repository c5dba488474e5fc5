using System.Diagnostics.CodeAnalysis;

namespace Penstock.Processes;

/// <summary>The runtime's way to run our code in a process before its Main.</summary>
internal static class StartupHooks
{
    public const string Variable = "DOTNET_STARTUP_HOOKS";

    private const string Switch = "System.StartupHookProvider.IsSupported";

    /// <summary>Applications that were trimmed have them switched off: their workers would run Main, which starts workers again.</summary>
    public static bool AreSupported => !AppContext.TryGetSwitch(Switch, out var isOn) || isOn;

    // A simple name where a path would not do: the assembly is inside a single file, or the list would be cut in its middle.
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty location is handled.")]
    private static string Ours => typeof(StartupHook).Assembly.Location is { Length: > 0 } path && !path.Contains(Path.PathSeparator) ? path : "Penstock";

    /// <exception cref="PipelineDefinitionException">A new process would not become a worker.</exception>
    public static void Require()
    {
        if (!AreSupported && !PipelineWorker.WasAsked)
        {
            throw new PipelineDefinitionException(
                "This application has startup hooks switched off, as trimmed ones do, so its worker processes would run Main. "
                + $"Call {nameof(PipelineWorker)}.{nameof(PipelineWorker.RunIfRequested)}() in the first line of Main, or set StartupHookSupport to true in the project file.");
        }
    }

    /// <summary>The hooks that the application has, and ours behind them.</summary>
    public static string Append(string? hooks) => string.IsNullOrEmpty(hooks) ? Ours : hooks + Path.PathSeparator + Ours;

    /// <summary>The hooks without the last one, which is ours; null if there are no others.</summary>
    public static string? Restore(string? hooks) => hooks?.LastIndexOf(Path.PathSeparator) is > 0 and var end ? hooks[..end] : null;
}
