using Penstock.Tests.Support;

namespace Penstock.Tests.Faults;

/// <summary>The system refuses a thread: the run fails with what the system says, and whoever has started leaves.</summary>
public class ThreadsThatCannotStart
{
    private readonly TestException refusal = new("no thread");
    private readonly Depot depot = new();
    private PipelineRun? run;

    [Theory]
    [InlineData(0, "source")]
    [InlineData(1, "stage")]
    [InlineData(3, "stage")]
    [InlineData(4, "sink")]
    public Task The_run_fails_and_leaves_nothing_behind(int number, string stage) => Within.Time(async () =>
    {
        var pipeline = Parcels().To(Items.Drop, new() { Name = "sink" });
        Assert.Same(refusal, await Record.ExceptionAsync(() => pipeline.RunAsync(Refuse(number))));
        Assert.Equal(stage, refusal.Data["Penstock.Stage"]);
        MustBeGone(delivered: run!.Snapshot().Stages[2].ItemsIn);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public Task The_caller_who_reads_results_gets_the_exception(int number) => Within.Time(() =>
    {
        Assert.Same(refusal, Record.Exception(() => Items.Drop(Parcels().AsEnumerable(Refuse(number)))));
        MustBeGone(delivered: 0);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task So_does_a_run_with_processes_whose_supervisor_gets_none(bool callerReads) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(() => Enumerable.Range(0, 10)).Then(Pass, new() { Isolation = Isolation.Process, Workers = 2 });
        var options = Refuse(thread => thread.Name == "Penstock: supervisor");
        Assert.Same(refusal, await Record.ExceptionAsync(callerReads
            ? () => Task.Run(() => Items.Drop(pipeline.AsEnumerable(options)))
            : () => pipeline.To(Items.Drop).RunAsync(options)));
        MustBeGone(delivered: 0);
    });

    private static IEnumerable<int> Pass(IEnumerable<int> items) => items.Select(static x => x);

    private Pipeline<Parcel> Parcels() =>
        Pipeline.From(() => depot.Parcels(), new() { Name = "source" }).Then(xs => xs.Where(x => x.Number >= 0), new() { Name = "stage", Workers = 3 });

    private void MustBeGone(long delivered)
    {
        Assert.DoesNotContain(run!, PipelineRun.Active);
        Assert.All(run!.Snapshot().Stages.SelectMany(s => s.Workers), w => Assert.Equal("gone", w.Activity));
        Assert.Equal(delivered, depot.Made - depot.Disposed);
        Assert.Equal(0, depot.DisposedTwice);
    }

    private RunOptions Refuse(int number)
    {
        var started = 0;
        return Refuse(_ => started++ == number);
    }

    private RunOptions Refuse(Func<Thread, bool> isRefused) => new()
    {
        OnStarted = r => run = r,
        StartThread = (thread, worker) =>
        {
            if (isRefused(thread))
                throw refusal;
            thread.Start(worker);
        },
    };
}
