using System.Diagnostics.CodeAnalysis;

/// <summary>A hook that an application has for its own reasons.</summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime wants it so.")]
[SuppressMessage("Design", "MA0047:Declare types in namespaces", Justification = "The runtime wants it so.")]
internal static class StartupHook
{
    public static void Initialize() => Environment.SetEnvironmentVariable("TESTAPP_HOOK", "has run");
}
