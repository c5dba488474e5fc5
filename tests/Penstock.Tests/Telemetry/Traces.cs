using System.Collections.Concurrent;
using System.Diagnostics;
using Penstock.Tests.Support;

namespace Penstock.Tests.Telemetry;

/// <summary>The activity source named Penstock: one activity a run, one a worker.</summary>
public class Traces
{
    [Fact]
    public Task A_run_is_an_activity_with_its_workers_below_it() => Within.Time(async () =>
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = Listen(stopped);
        using var callers = new Activity("caller").Start();
        await Pipeline.From([1, 2]).Then(xs => xs.Select(x => x), new() { Name = "traced", Workers = 2 }).To(Items.Drop).RunAsync(new() { Name = "traced run" });
        Assert.Same(callers, Activity.Current);

        var run = Assert.Single(stopped, a => a.OperationName is "penstock.run" && a.GetTagItem("penstock.run") is "traced run");
        Assert.Equal(callers.SpanId, run.ParentSpanId);
        Assert.Equal(ActivityStatusCode.Unset, run.Status);
        var workers = stopped.Where(a => a.OperationName is "penstock.worker" && a.ParentSpanId == run.SpanId).ToList();
        Assert.Equal(4, workers.Count);
        Assert.Equal([0, 1], workers.Where(w => w.GetTagItem("penstock.stage") is "traced").Select(w => (int)w.GetTagItem("penstock.worker")!).Order());
    });

    [Fact]
    public Task A_failed_run_is_an_activity_with_an_error() => Within.Time(async () =>
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = Listen(stopped);
        await Record.ExceptionAsync(() => Pipeline.From(() => Items.ThenFail(1, new TestException("traced failure"))).To(Items.Drop).RunAsync());
        Assert.Single(stopped, a => a is { OperationName: "penstock.run", Status: ActivityStatusCode.Error, StatusDescription: "traced failure" });
    });

    [Fact]
    public Task What_a_stage_traces_lies_below_its_worker() => Within.Time(async () =>
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = Listen(stopped);
        string? parent = null;
        await Pipeline.From([1]).Select(x => Note(x), new() { Name = "noted" }).To(Items.Drop).RunAsync();
        Assert.Equal("penstock.worker", parent);

        int Note(int item)
        {
            parent = Activity.Current?.OperationName;
            return item;
        }
    });

    [Fact]
    public Task Whoever_ends_a_run_goes_on_with_an_activity_of_his_own() => Within.Time(async () =>
    {
        using var listener = Listen([]);
        using var cancelling = new CancellationTokenSource();
        PipelineRun? run = null;
        using var before = new Activity("before").Start();
        await using var results = Pipeline.From([1, 2]).AsAsyncEnumerable(new() { OnStarted = started => run = started }).GetAsyncEnumerator(cancelling.Token);
        await results.MoveNextAsync();
        await run!.Until(s => s.Stages[0].Workers.All(w => w.Activity == "gone"));

        using var mine = new Activity("mine").Start();
        cancelling.Cancel(); // ends it on this thread
        Assert.Same(mine, Activity.Current);
    });

    private static ActivityListener Listen(ConcurrentQueue<Activity> stopped)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Penstock",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
