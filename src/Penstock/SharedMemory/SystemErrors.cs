using System.Runtime.InteropServices;

namespace Penstock.SharedMemory;

/// <summary>What a refusal of the Linux kernel means, whatever was asked for.</summary>
internal static class SystemErrors
{
    /// <returns>A sentence, with the cure where there is one.</returns>
    public static string Explain(int error) => error switch
    {
        23 => "the system has too many open files (sysctl fs.file-max).", // ENFILE
        24 => "this process has too many open files. Raise the limit (ulimit -n, RLIMIT_NOFILE).", // EMFILE
        _ => Marshal.GetPInvokeErrorMessage(error) + ".",
    };
}
