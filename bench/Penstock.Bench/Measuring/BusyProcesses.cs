using System.Diagnostics;

namespace Penstock.Bench.Measuring;

/// <summary>Processes that want a processor each, all the time: they compute until they are disposed, or this program ends.</summary>
internal sealed class BusyProcesses : IDisposable
{
    /// <summary>Makes this program one of them.</summary>
    public const string Verb = "busy";

    private readonly List<Process> processes = [];

    public BusyProcesses(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var command = ContestantProcess.Self(Verb);
            command.RedirectStandardInput = true;
            processes.Add(Process.Start(command)!);
        }
    }

    /// <summary>What each of them does.</summary>
    public static void Run()
    {
        var isOver = false;
        new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
                Thread.SpinWait(1000);
        }).Start();
        Console.In.ReadLine(); // null, when nobody is there to write
        Volatile.Write(ref isOver, true);
    }

    public void Dispose()
    {
        foreach (var process in processes)
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
