using System.Runtime.InteropServices;

namespace Penstock.TestApp;

/// <summary>What becomes of an application with workers when somebody ends it.</summary>
internal static class Signals
{
    private static readonly StageOptions Process = new() { Isolation = Isolation.Process };

    /// <summary>An application without a pipeline.</summary>
    public static void Wait()
    {
        Console.WriteLine("ready");
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Ctrl-C cancels the run.</summary>
    public static async Task<int> CancelAsync()
    {
        using var cancellation = new CancellationTokenSource();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            Console.WriteLine("asked to end");
            cancellation.Cancel();
        };
        try
        {
            await Pipeline.From(Numbers, Process).Then(PassOn, Process).To(TellFirst).RunAsync(cancellation.Token);
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("cancelled");
            return 5;
        }
    }

    /// <summary>SIGTERM drains the run, which takes some seconds.</summary>
    public static async Task<int> DrainAsync()
    {
        var started = new TaskCompletionSource<PipelineRun>();
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => // before the run can say that it is ready
        {
            signal.Cancel = true;
            _ = started.Task.Result.DrainAsync();
        });
        await using var run = Pipeline.From(Numbers, Process).Then(PassOnSlowly, Process).To(TellFirst).Start();
        started.SetResult(run);
        var sum = await run.Completion;
        Console.WriteLine($"drained {sum}");
        return 0;
    }

    private static IEnumerable<int> Numbers()
    {
        try
        {
            for (var i = 0; ; i++)
                yield return i;
        }
        finally
        {
            Console.WriteLine("source has left");
        }
    }

    private static IEnumerable<int> PassOn(IEnumerable<int> items)
    {
        try
        {
            foreach (var item in items)
                yield return item;
        }
        finally
        {
            Console.WriteLine("stage has left");
        }
    }

    private static IEnumerable<int> PassOnSlowly(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            Thread.Sleep(600); // work
            yield return item;
        }
    }

    private static int TellFirst(IEnumerable<int> items)
    {
        var count = 0;
        foreach (var item in items)
        {
            if (item != count++)
                throw new InvalidOperationException($"Item {item} came as number {count - 1}.");
            if (item == 0)
                Console.WriteLine("ready");
        }

        return count;
    }
}
