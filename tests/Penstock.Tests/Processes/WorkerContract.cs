using System.Diagnostics;
using System.Text;
using Penstock.Processes;
using Penstock.SharedMemory;
using Penstock.Tests.Support;

namespace Penstock.Tests.Processes;

/// <summary>How the tests of worker processes start them, for each way to start them.</summary>
[Collection(nameof(Alone))]
public abstract class WorkerContract
{
    /// <summary>The one that the workers use.</summary>
    internal abstract SharedWait Waits { get; }

    internal abstract WorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died = null);

    internal static WorkerLaunch Launch(Action<WorkerArguments> entry, string message = "", params (string Name, string Value)[] environment) => new()
    {
        Name = "test #0",
        Entry = entry,
        Message = Encoding.UTF8.GetBytes(message),
        Environment = environment.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal),
    };

    internal async Task<WorkerExit> ExitOf(Action<WorkerArguments> entry, string message = "")
    {
        using var worker = Start(Launch(entry, message));
        return await worker.Exited;
    }

    /// <summary>What a worker writes into a region.</summary>
    internal async Task<string[]> AnswerOf(Func<string, WorkerLaunch> launch)
    {
        using var region = SharedRegion.Create("answer", 64 * 1024);
        using var worker = Start(launch(region.Handle));
        var exit = await worker.Exited;
        Assert.Equal(WorkerExit.FromCode(0), exit);
        return Read(region).Split('\n');
    }

    /// <summary>Blocks until another process has written a word, and gives it.</summary>
    internal unsafe int Await(SharedRegion region)
    {
        var word = (int*)region.Address;
        while (Volatile.Read(ref *word) == 0)
            Waits.Sleep(word, 0, Timeout.Infinite);
        return *word;
    }

    internal unsafe void Tell(SharedRegion region)
    {
        var word = (int*)region.Address + 1;
        Volatile.Write(ref *word, 1);
        Waits.Rouse(word, int.MaxValue);
    }

    internal static unsafe TimeSpan Since(SharedRegion region) => Stopwatch.GetElapsedTime(*(long*)region.Address);

    private static unsafe string Read(SharedRegion region) => Encoding.UTF8.GetString(new ReadOnlySpan<byte>(region.Address, (int)region.Size)).TrimEnd('\0');
}
