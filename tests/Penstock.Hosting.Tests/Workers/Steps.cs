using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>Stages that can run in processes of their own.</summary>
internal static class Steps
{
    public static IEnumerable<int> Twice(IEnumerable<int> items)
    {
        foreach (var n in items)
            yield return n * 2;
    }

    public static IEnumerable<int> Say(IEnumerable<int> items, string word)
    {
        foreach (var n in items)
        {
            Say(word, n);
            yield return n;
        }
    }

    public static async IAsyncEnumerable<int> SaySlowly(IAsyncEnumerable<int> items, string word, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var n in items.WithCancellation(ct))
        {
            await Task.Yield();
            Say(word, n);
            yield return n;
        }
    }

    public static IEnumerable<string> Trace(IEnumerable<int> items)
    {
        foreach (var _ in items)
        {
            yield return $"{Environment.ProcessId} {System.Diagnostics.Activity.Current?.Id}";
        }
    }

    public static IEnumerable<int> Sleep(IEnumerable<int> items)
    {
        foreach (var n in items)
        {
            PipelineContext.Current!.Logger.LogInformation("asleep");
            Thread.Sleep(Timeout.Infinite);
            yield return n;
        }
    }

    private static void Say(string word, int n)
    {
        if (PipelineContext.Current!.Logger.IsEnabled(LogLevel.Information))
            PipelineContext.Current.Logger.LogInformation("{Word} {Number}", word, n);
    }
}
