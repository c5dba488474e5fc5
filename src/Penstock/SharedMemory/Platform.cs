namespace Penstock.SharedMemory;

/// <summary>Which version of the operating system's part is in use.</summary>
internal static class Platform
{
    /// <summary>Set to 1, it selects the portable version everywhere. Workers inherit it: both sides must use the same one.</summary>
    public const string PortableVariable = "PENSTOCK_PORTABLE";

    private const string PortableSwitch = "Penstock.Portable";

    /// <summary>Whether this process talks to the Linux kernel directly.</summary>
    public static readonly bool IsLinux = OperatingSystem.IsLinux() && Environment.Is64BitProcess && !WantsPortable();

    private static bool WantsPortable() =>
        Environment.GetEnvironmentVariable(PortableVariable) is "1" || (AppContext.TryGetSwitch(PortableSwitch, out var portable) && portable);
}
