using System.Runtime.InteropServices;

namespace ReadDigits.Model;

/// <summary>Stands for a bug in native code that only some inputs bring out.</summary>
internal static class NativeBug
{
    /// <summary>Reads memory that the process has not got, so that the system ends it by SIGSEGV. Nothing here can catch that.</summary>
    public static void Hit() => _ = LengthOf(text: 1);

    // A signal that is merely raised the runtime ignores the first time.
    [DllImport("libc", EntryPoint = "strlen")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern nuint LengthOf(nint text);
}
