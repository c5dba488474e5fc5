namespace Penstock.TestApp;

internal static class Pipelines
{
    private static readonly StageOptions Process = new() { Isolation = Isolation.Process };

    public static void RunForEver()
    {
        Workers.KeepSecret();
        var seen = new HashSet<int>();
        var isTold = false;
        foreach (var (first, second) in Pipeline.From(Numbers, Process).Then(AddNumber, Process with { Workers = 2 }).AsEnumerable())
        {
            seen.Add(first);
            seen.Add(second);
            if (seen.Count < 3 || isTold)
                continue;
            Console.WriteLine($"workers {string.Join(' ', seen)}");
            isTold = true;
        }
    }

    /// <summary>In the midst of a run.</summary>
    public static async Task EndWithinAsync(string way)
    {
        Workers.KeepSecret();
        var isFlowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Pipeline.From(Numbers, Process).Then(AddNumber, Process).To(items => items.Select(_ => isFlowing.TrySetResult()).Count()).Start();
        await isFlowing.Task;
        Console.WriteLine("ready");
        if (way is "exit")
            Environment.Exit(0);
        if (way is "throw")
            throw new InvalidOperationException("on purpose");
        if (way is "fail")
            Environment.FailFast("on purpose");
    }

    private static IEnumerable<int> Numbers()
    {
        while (true)
            yield return Environment.ProcessId;
    }

    private static IEnumerable<(int First, int Second)> AddNumber(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return (item, Environment.ProcessId);
    }
}
