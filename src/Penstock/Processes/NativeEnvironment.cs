using System.Runtime.InteropServices;

namespace Penstock.Processes;

/// <summary>The environment as native code sees it.</summary>
internal static partial class NativeEnvironment
{
    public static void Set(string name, string? value) => _ = value is null ? Unset(name) : Set(name, value, overwrite: 1);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Set(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unset(string name);
}
