using System.Diagnostics;
using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>Everywhere, with the class library alone: a thread that waits for the parent.</summary>
internal sealed class PortableParentWatch : ParentWatch
{
    private readonly Process? parent;
    private PosixSignalRegistration? interrupted; // kept: collected, they would end
    private PosixSignalRegistration? terminated;

    public PortableParentWatch(int id)
    {
        try
        {
            parent = Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            Leave(id);
        }
    }

    public override void Start(bool hasFiles)
    {
        interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
        terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminated);
        new Thread(WaitForParent) { Name = "Penstock parent", IsBackground = true }.Start();
    }

    private void WaitForParent()
    {
        parent!.WaitForExit();
        MemoryFiles.RemoveOpened();
        ProcessExit.Now(1);
    }
}
