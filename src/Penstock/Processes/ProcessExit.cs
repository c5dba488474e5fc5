using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>Leaves the process without running anything more of the user or the runtime in it.</summary>
internal static partial class ProcessExit
{
    public static void Now(int code)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(code);
        MemoryFiles.RemoveCreated();
        if (OperatingSystem.IsLinux())
            DiagnosticFiles.RemoveOwn();
        Leave(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Leave(int code);
}
