using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Penstock.Tests.Support;

namespace Penstock.Tests.Faults;

/// <summary>An exception whose own members throw ends a run like any other.</summary>
public class ExceptionsThatThrow
{
    public static TheoryData<Isolation, Execution> Everywhere => new()
    {
        { Isolation.Thread, Execution.Parallel },
        { Isolation.Thread, Execution.Sequential },
        { Isolation.Process, Execution.Parallel },
    };

    [Theory]
    [MemberData(nameof(Everywhere))]
    public Task From_their_message_while_somebody_traces(Isolation isolation, Execution execution) => Within.Time(async () =>
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Penstock",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var name = $"wordless {isolation} {execution}";
        var pipeline = Pipeline.From([1]).Then(FailWithoutAWord, new StageOptions { Isolation = isolation }).To(Items.Drop);
        await Assert.ThrowsAsync<WordedException>(() => pipeline.RunAsync(new() { Name = name, Execution = execution }));
        Assert.Single(stopped, a => a.GetTagItem("penstock.run") as string == name && a.Status == ActivityStatusCode.Error);
    }, TimeSpan.FromSeconds(20));

    [Fact]
    public Task From_their_message_behind_a_process_which_is_kept_beside() => Within.Time(async () =>
    {
        var failed = await Assert.ThrowsAsync<WordedException>(() => Pipeline.From([1]).Then(FailWithAWord, new StageOptions { Isolation = Isolation.Process }).To(Items.Drop).RunAsync());
        Assert.Equal("a word", failed.Data["Penstock.Message"]);
    });

    [Theory]
    [MemberData(nameof(Everywhere))]
    public Task From_their_data(Isolation isolation, Execution execution) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From([1]).Then(FailWithoutData, new StageOptions { Isolation = isolation }).To(Items.Drop);
        await Assert.ThrowsAsync<DatalessException>(() => pipeline.RunAsync(new() { Execution = execution }));
    }, TimeSpan.FromSeconds(20));

    [Theory]
    [MemberData(nameof(Everywhere))]
    public Task In_what_a_stage_logs(Isolation isolation, Execution execution) => Within.Time(async () =>
    {
        using var log = new LogList();
        var pipeline = Pipeline.From([1]).Then(LogWithoutAWord, new StageOptions { Isolation = isolation }).To(items => items.Count());
        Assert.Equal(1, await pipeline.RunAsync(new() { Execution = execution, LoggerFactory = log }));
    }, TimeSpan.FromSeconds(20));

    private static IEnumerable<int> FailWithoutAWord(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item > 0 ? throw new WordedException(null) : item;
    }

    private static IEnumerable<int> FailWithAWord(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item > 0 ? throw new WordedException(() => "a word") : item;
    }

    private static IEnumerable<int> FailWithoutData(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item > 0 ? throw new DatalessException() : item;
    }

    private static IEnumerable<int> LogWithoutAWord(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            PipelineContext.Current!.Logger.LogError(new WordedException(null), "failed on {Item}", item);
            yield return item;
        }
    }

    private sealed class DatalessException : Exception
    {
        public override IDictionary Data => throw new InvalidOperationException("no data");
    }
}
