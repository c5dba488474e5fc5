using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>
/// Linux: the kernel kills the worker with the thread that started it, which lives as long as its process; and since programs that gain
/// privileges lose that order, a thread watches the parent as well. Where files are left to be removed, that thread alone does: the kernel's order
/// leaves no time for it.
/// </summary>
internal sealed unsafe partial class LinuxParentWatch : ParentWatch
{
    private const int SetParentDeathSignal = 1; // PR_SET_PDEATHSIG
    private const int Kill = 9;
    private const int Default = 0; // SIG_DFL
    private const int Ignore = 1; // SIG_IGN
    private const int Unblock = 1; // SIG_UNBLOCK

    private readonly int parent;
    private PosixSignalRegistration? terminated; // kept: collected, it would end

    private LinuxParentWatch(int parent) => this.parent = parent;

    public static new LinuxParentWatch Begin(int parent)
    {
        // In this order: a parent that dies in between is seen by the second line.
        _ = Control(SetParentDeathSignal, Kill, 0, 0, 0);
        if (GetParent() != parent)
            Leave(parent);
        return new LinuxParentWatch(parent);
    }

    public override void Start(bool hasFiles)
    {
        // Held back since this process began (see LinuxSpawn), so that neither could end it on the way.
        _ = SetHandler(LinuxSpawn.Interrupt, Ignore);
        terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminated);
        LetThrough();

        var descriptor = PidDescriptor.Open(parent);
        new Thread(() => WaitForParent(descriptor)) { Name = "Penstock parent", IsBackground = true }.Start();
        if (hasFiles && descriptor >= 0)
            _ = Control(SetParentDeathSignal, 0, 0, 0, 0); // only the thread that gave the order can take it back
    }

    protected override void Die()
    {
        DiagnosticFiles.RemoveOwn();
        MemoryFiles.RemoveCreated();
        _ = SetHandler(LinuxSpawn.Terminate, Default);
        LetThrough();
        _ = Raise(LinuxSpawn.Terminate);
    }

    private static void LetThrough()
    {
        var held = LinuxSpawn.HeldSignals;
        _ = ChangeMask(Unblock, &held, null);
    }

    private void WaitForParent(int descriptor)
    {
        if (descriptor >= 0 && GetParent() == parent)
            PidDescriptor.Wait(descriptor);
        else if (GetParent() == parent)
            return; // no descriptor to be had; the kernel's order must do
        MemoryFiles.RemoveOpened();
        ProcessExit.Now(1);
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint value, nuint value2, nuint value3, nuint value4);

    [LibraryImport("libc", EntryPoint = "getppid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetParent();

    [LibraryImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "raise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Raise(int signal);

    [LibraryImport("libc", EntryPoint = "sigprocmask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeMask(int how, SignalSet* set, SignalSet* previous);
}
