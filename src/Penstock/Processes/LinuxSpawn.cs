using System.Globalization;
using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>Linux: starts a program without copying this process, and without lending it any descriptor but its outputs.</summary>
internal static unsafe partial class LinuxSpawn
{
    public const int Interrupt = 2; // SIGINT
    public const int Terminate = 15; // SIGTERM

    private const int SetSignalMask = 8; // POSIX_SPAWN_SETSIGMASK
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int FirstOther = 3; // the first descriptor that is not standard input, output or error
    private const int OpaqueBytes = 1024; // the library's structures take 336 at the most

    /// <summary>The signals that wait until a new worker can answer them.</summary>
    public static SignalSet HeldSignals => SignalSet.Of(Interrupt, Terminate);

    /// <returns>The number of the new process.</returns>
    /// <exception cref="IOException">The system refuses.</exception>
    public static int Start(CommandLine command, IReadOnlyDictionary<string, string> environment, int output, int error)
    {
        using var arguments = new NativeStrings([command.File, .. command.Arguments]);
        using var variables = new NativeStrings([.. environment.Select(v => $"{v.Key}={v.Value}")]);
        var opaque = stackalloc byte[2 * OpaqueBytes];
        byte* actions = opaque, attributes = opaque + OpaqueBytes;
        var held = HeldSignals;
        _ = InitActions(actions);
        _ = InitAttributes(attributes);
        try
        {
            _ = SetMask(attributes, &held);
            _ = SetFlags(attributes, SetSignalMask);
            _ = AddOpen(actions, 0, "/dev/null", ReadOnly, 0);
            _ = AddDuplicate(actions, output, 1);
            _ = AddDuplicate(actions, error, 2);
            CloseOthers(actions);
            int process;
            var failure = Spawn(&process, command.File, actions, attributes, arguments.Pointer, variables.Pointer);
            return failure == 0 ? process : throw new IOException($"'{command.File}' cannot be run: {Explain(failure)}");
        }
        finally
        {
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    private static string Explain(int error) => error switch
    {
        2 => "there is no such file. Was the application replaced while it ran?", // ENOENT
        11 => "there are too many processes. Raise the limit (ulimit -u, RLIMIT_NPROC, or pids.max of the container).", // EAGAIN
        _ => SystemErrors.Explain(error),
    };

    // Ours are closed by the kernel; what other libraries have left open to children must not keep pipes and sockets alive either.
    private static void CloseOthers(byte* actions)
    {
        try
        {
            _ = AddCloseFrom(actions, FirstOther);
        }
        catch (EntryPointNotFoundException)
        {
            foreach (var path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
            {
                if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) && descriptor >= FirstOther)
                    _ = AddClose(actions, descriptor);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Spawn(int* process, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AddOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AddDuplicate(byte* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclose")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AddClose(byte* actions, int descriptor);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AddCloseFrom(byte* actions, int first);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetMask(byte* attributes, SignalSet* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetFlags(byte* attributes, short flags);
}
