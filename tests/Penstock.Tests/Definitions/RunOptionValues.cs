using Penstock.Tests.Support;

namespace Penstock.Tests.Definitions;

/// <summary>Run options, and what does not exist yet, are checked when a run starts, before anything does.</summary>
public class RunOptionValues
{
    private readonly RunnablePipeline<int> pipeline = Pipeline.From([1, 2]).To(xs => xs.Sum());

    public static TheoryData<string, RunOptions> Wrong => new()
    {
        { "IdleTimeout", new() { IdleTimeout = TimeSpan.Zero } },
        { "IdleTimeout", new() { IdleTimeout = TimeSpan.FromSeconds(-1) } },
        { "StopTimeout", new() { StopTimeout = TimeSpan.FromSeconds(-1) } },
        { "Execution", new() { Execution = (Execution)9 } },
        { "Isolation", new() { Isolation = (Isolation)9 } },
        { "TimeProvider", new() { TimeProvider = null! } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_that_cannot_work_is_refused_by_name(string option, RunOptions wrong)
    {
        Func<object?>[] starts = [() => pipeline.Run(wrong), () => pipeline.RunAsync(wrong), () => pipeline.Start(wrong), () => Pipeline.From([1]).AsEnumerable(wrong).First()];
        Assert.All(starts, start => Assert.Contains($"RunOptions.{option}", Assert.Throws<PipelineDefinitionException>(start).Message, StringComparison.Ordinal));
        Assert.DoesNotContain(PipelineRun.Active, run => run.Name.Contains(nameof(RunOptionValues), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("100.00:00:00")]
    public Task A_time_that_no_timer_can_hold_is_refused_and_one_that_it_can_is_not(string time) => Within.Time(() =>
    {
        var span = TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        var outcome = Record.Exception(() => pipeline.Run(new() { StopTimeout = span, IdleTimeout = span > TimeSpan.Zero ? span : null }));
        Assert.True(outcome is null or PipelineDefinitionException, $"{outcome}");
    });

    [Fact]
    public void A_sink_that_asks_for_a_process_is_refused() =>
        Refused("sum", () => Pipeline.From([1]).To(xs => xs.Sum(), new() { Name = "sum", Isolation = Isolation.Process }).Run());

    [Fact]
    public void A_run_in_processes_leaves_objects_and_sinks_with_the_caller() => Assert.Equal(3, pipeline.Run(new() { Isolation = Isolation.Process }));

    [Fact]
    public void Isolation_None_is_accepted() =>
        Assert.Equal([2, 3], Pipeline.From([1, 2]).Then(xs => xs.Select(x => x + 1), new() { Isolation = Isolation.None, Workers = 2 }).AsEnumerable(new() { Isolation = Isolation.None }));

    private static void Refused(string stage, Func<object?> start) =>
        Assert.Contains($"'{stage}'", Assert.Throws<PipelineDefinitionException>(start).Message, StringComparison.Ordinal);
}
