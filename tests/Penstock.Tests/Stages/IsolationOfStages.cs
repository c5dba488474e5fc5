using Penstock.Stages;
using Penstock.Tests.Support;

namespace Penstock.Tests.Stages;

/// <summary>Where a stage runs: as it says, unless the run says otherwise, and never elsewhere if it cannot.</summary>
public class IsolationOfStages
{
    private static readonly StageOptions Process = new() { Isolation = Isolation.Process };

    private readonly Pipeline<int> source = Pipeline.From([1]);

    [Fact]
    public Task The_run_overrides_synchronous_stages_and_sources_given_as_functions() => Within.Time(() =>
    {
        IsIn(Isolation.Process, Isolation.Process, source.Then(xs => xs).Last);
        IsIn(Isolation.Process, Isolation.Process, source.Select(x => x, new()).Select(x => x).Last);
        IsIn(Isolation.Process, Isolation.Process, Pipeline.From(Items.Endless).Last);
        IsIn(Isolation.None, Isolation.None, source.Then(xs => xs, Process).Last);
        IsIn(Isolation.Process, null, source.Then(xs => xs, Process).Last);
    });

    [Fact]
    public Task It_does_not_override_asynchronous_stages_and_objects() => Within.Time(() =>
    {
        IsIn(Isolation.Thread, Isolation.Process, source.Last);
        IsIn(Isolation.Thread, Isolation.Process, source.Select(x => x).Last);
        IsIn(Isolation.Thread, Isolation.Process, source.Then((IAsyncEnumerable<int> xs) => xs).Last);
        IsIn(Isolation.Process, Isolation.None, source.Then((IAsyncEnumerable<int> xs) => xs, Process).Last);
    });

    [Fact]
    public Task Batches_are_stages_like_others() => Within.Time(() =>
    {
        IsIn(Isolation.Process, Isolation.Process, source.Batch(2).Last);
        IsIn(Isolation.Process, null, source.Batch(2, options: Process).SelectMany(xs => xs).Last);
    });

    [Fact]
    public Task The_two_ends_of_a_scattering_stay() => Within.Time(() =>
    {
        Assert.All(
            source.ScatterGather(x => new[] { x }, parts => parts, (x, _) => x).Select(x => x).Last.Path(),
            stage => IsIn(Isolation.Thread, Isolation.Process, stage));
    });

    [Fact]
    public Task What_is_split_off_stays() => Within.Time(() =>
    {
        var local = 1;
        var split = source.Then(xs => xs).Select(x => x + local).Last.Split(Stage.Crosses);
        IsIn(Isolation.Thread, Isolation.Process, split);
        IsIn(Isolation.Process, Isolation.Process, split.Previous!);
    });

    private static void IsIn(Isolation expected, Isolation? run, Stage stage) => Assert.Equal(expected, stage.IsolationIn(new() { Isolation = run }));
}
