using System.Diagnostics.CodeAnalysis;
using Penstock.Processes;

/// <summary>Found by the runtime under this name, in this namespace, in every assembly that DOTNET_STARTUP_HOOKS lists.</summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime wants it so.")]
[SuppressMessage("Design", "MA0047:Declare types in namespaces", Justification = "The runtime wants it so.")]
internal static class StartupHook
{
    public static void Initialize() => WorkerMain.RunFromHook();
}
