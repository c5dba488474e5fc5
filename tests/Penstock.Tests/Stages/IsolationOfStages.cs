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
        IsIn(Isolation.Process, Isolation.Process, Pipeline.From(EndlessAsync).Select(x => x).Last);
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
    public Task Those_of_parts_stay_unless_they_have_a_delay() => Within.Time(() =>
    {
        foreach (var (delay, expected) in new (TimeSpan?, Isolation)[] { (null, Isolation.Thread), (TimeSpan.FromSeconds(1), Isolation.Process) })
        {
            source.Batch(2).ScatterGather(xs => xs, Inner, (_, _) => 1);

            Pipeline<int> Inner(Pipeline<int> parts)
            {
                var batches = parts.Select(x => x, new()).Batch(2, delay).Select(b => b.Length);
                IsIn(expected, Isolation.Process, batches.Last);
                IsIn(expected, Isolation.Process, batches.ScatterGather(x => new[] { x }, p => p, (x, _) => x).Batch(2, delay).Last);
                return batches;
            }
        }

        IsIn(Isolation.Process, Isolation.Process, source.ScatterGather(x => new[] { x }, parts => parts, (x, _) => x).Batch(2).Last);
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

    private static async IAsyncEnumerable<int> EndlessAsync()
    {
        await Task.Yield();
        yield return 1;
    }

    private static void IsIn(Isolation expected, Isolation? run, Stage stage) => Assert.Equal(expected, stage.IsolationIn(new() { Isolation = run }));
}
