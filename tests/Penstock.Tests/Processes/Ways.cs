using Penstock.Processes;
using Penstock.SharedMemory;
using Xunit.Abstractions;

namespace Penstock.Tests.Processes;

public class LinuxLives(ITestOutputHelper log) : Lives(log)
{
    internal override SharedWait Waits => LinuxWay.Waits;

    internal override WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died = null) => LinuxWay.Start(launch, died);
}

public class PortableLives(ITestOutputHelper log) : Lives(log)
{
    internal override SharedWait Waits => PortableWay.Waits;

    internal override WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died = null) => PortableWay.Start(launch, died);
}

public class LinuxSurroundings : Surroundings
{
    internal override SharedWait Waits => LinuxWay.Waits;

    internal override WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died = null) => LinuxWay.Start(launch, died);
}

public class PortableSurroundings : Surroundings
{
    internal override SharedWait Waits => PortableWay.Waits;

    internal override WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died = null) => PortableWay.Start(launch, died);
}

public class LinuxPrinting : Printing
{
    internal override SharedWait Waits => LinuxWay.Waits;

    internal override WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died = null) => LinuxWay.Start(launch, died);
}

public class PortablePrinting : Printing
{
    internal override SharedWait Waits => PortableWay.Waits;

    internal override WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died = null) => PortableWay.Start(launch, died);
}

/// <summary>Workers as Linux starts them.</summary>
internal static class LinuxWay
{
    public static SharedWait Waits { get; } = new FutexWait();

    public static WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died)
    {
        var worker = WorkerProcess.Start(launch, died);
        Assert.IsType<LinuxWorkerProcess>(worker);
        return worker;
    }
}

/// <summary>Workers as every system can start them, which use what every system has.</summary>
internal static class PortableWay
{
    public static SharedWait Waits { get; } = new PolledWait();

    public static WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died)
    {
        var worker = WorkerProcess.Start(launch with { IsPortable = true }, died);
        Assert.IsType<PortableWorkerProcess>(worker);
        return worker;
    }
}
