using Penstock.Stages;
using Penstock.Tests.Support;

namespace Penstock.Tests.Stages;

/// <summary>Operators behind a stage in another process that cannot go there with it become a stage of this process.</summary>
public class SplitStages
{
    private readonly Pipeline<int> source = Pipeline.From(Enumerable.Range(0, 100));
    private readonly int two = 2;

    [Fact]
    public Task Operators_that_capture_nothing_stay_in_the_stage() => Within.Time(() =>
    {
        AssertWhole(source.Then(Pass));
        AssertWhole(source.Then(Pass).Select(x => x + 1).Where(x => x > 0).SelectMany(x => new[] { x }));

        static void AssertWhole(Pipeline<int> pipeline) => Assert.Same(pipeline.Last, pipeline.Last.Split(Stage.Crosses));
    });

    [Fact]
    public Task From_the_first_that_captures_something_on_they_are_a_stage_of_their_own() => Within.Time(() =>
    {
        var pipeline = source.Then(Pass).Select(x => x + 1).Where(x => x % two == 0).Select(x => -x).Select(x => x * two);
        var split = Split(pipeline);
        Assert.Equal(["Source", "Pass", "Where"], split.Last.Path().Select(s => s.Name));
        Assert.Equal(pipeline.AsEnumerable(), split.AsEnumerable());

        var crossing = new Pipeline<int>((Stage<int>)split.Last.Previous!);
        Assert.Equal(Enumerable.Range(1, 100), crossing.Cross().AsEnumerable());
        Assert.Null(split.Last.Body.Recipe);
    });

    [Fact]
    public Task A_stage_of_operators_is_called_as_their_first_would_be() => Within.Time(() =>
    {
        Assert.Equal("IsEven", Split(source.Then(Pass).Where(IsEven).Select(x => x)).Last.Name);
        Assert.Equal("SelectMany", Split(source.Then(Pass).SelectMany(x => new[] { x, two })).Last.Name);

        bool IsEven(int item) => item % two == 0;
    });

    [Fact]
    public Task The_picture_stays_that_of_the_description() =>
        Within.Time(() => Assert.Equal("Source ─4→ Pass ⧉ ─4→ …", source.Then(Pass, new() { Isolation = Isolation.Process }).Select(x => x * two).ToString()));

    [Fact]
    public Task The_order_of_several_workers_is_kept() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 100).Select(x => $"{x * 2}"),
            Split(source.Then(Pass, new() { Workers = 4 }).Select(x => x * two).Select(x => $"{x}")).AsEnumerable()));

    [Fact]
    public Task Sources_and_asynchronous_stages_are_split_too() => Within.Time(() =>
    {
        Assert.Equal([0, 2, 4], Split(Pipeline.From(() => Enumerable.Range(0, 3)).Select(x => x * two)).AsEnumerable());
        Assert.Equal([0, 2, 4], Split(Pipeline.From(Items.Asynchronous, 3).Select(x => x * two)).AsEnumerable());
        Assert.Equal([1, 2], Split(Pipeline.From([0, 1, 2]).Select(x => new ValueTask<int>(x)).Where(x => x * two > 0)).AsEnumerable());
    });

    [Fact]
    public Task The_policy_of_the_stage_covers_what_is_split_off() => Within.Time(() =>
    {
        var letters = new List<DeadLetter>();
        var pipeline = Split(source.Then(Pass, new() { Faults = FaultPolicy.Skip }).Select(x => x - two).Select(x => 10 / x));
        Assert.Equal(Enumerable.Range(0, 100).Except([2]).Select(x => 10 / (x - 2)), pipeline.AsEnumerable(new() { DeadLetter = letters.Add }));
        var letter = Assert.Single(letters);
        Assert.Equal(("Select", 2), (letter.Stage, letter.Item));
        Assert.IsType<DivideByZeroException>(letter.Exception);
    });

    [Fact]
    public Task What_is_said_of_the_link_is_said_of_the_one_behind_the_operators() => Within.Time(() =>
    {
        var options = new StageOptions
        {
            Isolation = Isolation.Process,
            Workers = 2,
            MaxInFlight = 3,
            MaxInFlightBytes = 4,
            SizeOf = text => ((string)text).Length,
            ItemTimeout = TimeSpan.FromMinutes(1),
            MemoryLimit = 1 << 30,
        };
        var last = source.Then(Pass, options).Select(x => $"{x * two}").Last.Split(Stage.Crosses);

        Assert.Equal(options with { MaxInFlightBytes = null, SizeOf = null }, last.Previous!.Options);
        Assert.Equal(options with { Isolation = Isolation.Thread, Workers = 1, MemoryLimit = null }, last.Options);
        Assert.Equal(Enumerable.Range(0, 100).Select(x => $"{x * 2}"), Split(source.Then(Pass, options with { Isolation = Isolation.Thread }).Select(x => $"{x * two}")).AsEnumerable());
    });

    [Fact]
    public Task Parts_still_find_their_item_when_a_stage_between_them_is_split() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 100).Select(x => x * 6),
            source.ScatterGather(x => new[] { x, x, x }, parts => Split(parts.Then(Pass).Select(x => x * two)), (_, done) => done.Sum()).AsEnumerable()));

    [Fact]
    public Task Operators_behind_a_split_one_can_be_drained() => Within.Time(async () =>
    {
        var started = new TaskCompletionSource<PipelineRun>();
        var pipeline = Split(Pipeline.From(Items.Endless).Select(x => x * two).Where(x => x < 0));
        var count = Task.Run(() => pipeline.To(xs => xs.Count()).RunAsync(new() { OnStarted = started.SetResult }));
        await (await started.Task).DrainAsync();
        Assert.Equal(0, await count);
    });

    private static Pipeline<T> Split<T>(Pipeline<T> pipeline)
    {
        var split = pipeline.Last.Split(Stage.Crosses);
        Assert.NotSame(pipeline.Last, split);
        return new(split);
    }

    private static IEnumerable<int> Pass(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }
}
