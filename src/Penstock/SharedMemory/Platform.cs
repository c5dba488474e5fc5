using Penstock.Processes;

namespace Penstock.SharedMemory;

/// <summary>Which version of the operating system's part is in use.</summary>
internal static class Platform
{
    /// <summary>Set to 1, it selects the portable version everywhere. Workers inherit it: both sides must use the same one.</summary>
    public const string PortableVariable = "PENSTOCK_PORTABLE";

    private const string PortableSwitch = "Penstock.Portable";

    /// <summary>
    /// Whether this process talks to the Linux kernel directly, which must have all that is needed (5.4 and later): parent and workers
    /// decide by the same rule, so both use the same half of everything.
    /// </summary>
    public static readonly bool IsLinux = OperatingSystem.IsLinux() && Environment.Is64BitProcess && !WantsPortable() && PidDescriptor.AreSupported;

    private static bool WantsPortable() =>
        Environment.GetEnvironmentVariable(PortableVariable) is "1" || (AppContext.TryGetSwitch(PortableSwitch, out var portable) && portable);
}
