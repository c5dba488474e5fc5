using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Stopping: whoever catches what comes from his input cannot make a run succeed that has lost items, however its stages are composed.</summary>
public class Rule05Swallowing
{
    private static readonly Dictionary<string, (StageOptions Stage, RunOptions Run)> Compositions = new(StringComparer.Ordinal)
    {
        ["threads"] = (new(), new()),
        ["fused"] = (new() { MaxInFlight = 1 }, new()),
        ["without threads"] = (new() { Isolation = Isolation.None }, new()),
        ["without threads, ahead"] = (new() { Isolation = Isolation.None }, new() { CreatePace = () => new AlwaysAhead() }),
        ["without threads, ahead now and then"] = (new() { Isolation = Isolation.None }, new() { CreatePace = () => new Fickle() }),
        ["processes"] = (new() { Isolation = Isolation.Process }, new()),
        ["sequential"] = (new(), new() { Execution = Execution.Sequential }),
    };

    private static readonly Dictionary<string, Func<IEnumerable<int>, IEnumerable<int>>> Catchers = new(StringComparer.Ordinal)
    {
        ["leaves"] = LeaveAtFault,
        ["asks again"] = AskAgainAfterFault,
    };

    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, bool>();
            foreach (var composition in Compositions.Keys)
            {
                foreach (var catcher in Catchers.Keys)
                {
                    cases.Add(composition, catcher, true);
                    cases.Add(composition, catcher, false);
                }
            }

            return cases;
        }
    }

    public static TheoryData<string> Names => [.. Compositions.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public Task A_stage_that_catches_the_failure_of_its_input_fails_the_run(string composition, string catcher, bool isSource) => Within.Time(async () =>
    {
        var (stage, run) = Compositions[composition];
        var failing = isSource
            ? Pipeline.From(() => Items.ThenFail(3, new TestException()), stage)
            : Pipeline.From(() => Enumerable.Range(0, 10), stage).Then(FailAtThree, stage);
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => failing.Then(Catchers[catcher], stage).To(Items.Drop).RunAsync(run));
        Assert.True(failed is TestException || failed.Message.Contains("has caught an exception that came from its input", StringComparison.Ordinal), $"{failed}");
        Assert.NotNull(failed.Data["Penstock.Stage"]);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_stage_that_catches_nothing_and_ends_early_fails_nothing(string composition) => Within.Time(async () =>
    {
        var (stage, run) = Compositions[composition];
        var taken = await Pipeline.From(() => Items.ThenFail(5, new TestException()), stage).Then(FirstTwo, stage).To(xs => xs.ToList()).RunAsync(run);
        Assert.Equal([0, 1], taken);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public Task Nor_does_what_fails_ahead_of_it_inside_a_stage_with_operators(string composition) => Within.Time(async () =>
    {
        var (stage, run) = Compositions[composition];
        for (var i = 0; i < (stage.Isolation == Isolation.Process ? 2 : 50); i++)
        {
            var taken = await Pipeline.From(() => Items.ThenFail(4, new TestException()), stage).Then(Same, stage).Where(x => x >= 0).Select(x => x)
                .To(xs => xs.Take(2).ToList()).RunAsync(run with { FailureGrace = Patience.NoHurry.FailureGrace });
            Assert.Equal([0, 1], taken);
        }
    });

    [Theory]
    [MemberData(nameof(Names))]
    public Task The_first_failure_is_the_runs_though_a_finally_block_before_it_fails_too(string composition) => Within.Time(async () =>
    {
        var (stage, run) = Compositions[composition];
        var pipeline = Pipeline.From(FailInFinally, stage).Then(Same, stage).To(xs => throw new TestException(xs.First() == 0 ? "first" : "none"));
        Assert.Equal("first", (await Assert.ThrowsAsync<TestException>(() => pipeline.RunAsync(run))).Message);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_finally_block_that_fails_alone_fails_the_run(string composition) => Within.Time(async () =>
    {
        var (stage, run) = Compositions[composition];
        var pipeline = Pipeline.From(FailInFinally, stage).Then(Same, stage).To(xs => xs.First());
        Assert.Equal("in finally", (await Assert.ThrowsAsync<TestException>(() => pipeline.RunAsync(run))).Message);
    });

    private static IEnumerable<int> LeaveAtFault(IEnumerable<int> items)
    {
        using var item = items.GetEnumerator();
        while (TryMove(item))
            yield return item.Current;
    }

    private static IEnumerable<int> AskAgainAfterFault(IEnumerable<int> items)
    {
        using var item = items.GetEnumerator();
        for (var faults = 0; faults < 2;)
        {
            if (TryMove(item))
                yield return item.Current;
            else
                faults++;
        }
    }

    private static bool TryMove(IEnumerator<int> item)
    {
        try
        {
            return item.MoveNext();
        }
        catch (Exception)
        {
            return false;
        }
    }

    private static IEnumerable<int> FailAtThree(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item < 3 ? item : throw new TestException();
    }

    private static IEnumerable<int> FailInFinally()
    {
        try
        {
            for (var i = 0; ; i++)
                yield return i;
        }
        finally
        {
            Fail("in finally");
        }
    }

    private static void Fail(string message) => throw new TestException(message);

    private static IEnumerable<int> FirstTwo(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            yield return item;
            if (item == 1)
                yield break;
        }
    }

    private static IEnumerable<int> Same(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }
}
