using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Faults;

/// <summary>Stop, Skip and Retry.</summary>
public class Policies
{
    private readonly ConcurrentQueue<DeadLetter> letters = new();

    public static TheoryData<int, bool, Execution> Ways => new()
    {
        { 1, false, Execution.Parallel },
        { 4, false, Execution.Parallel },
        { 1, true, Execution.Parallel },
        { 4, true, Execution.Parallel },
        { 1, false, Execution.Sequential },
        { 1, true, Execution.Sequential },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public Task Skip_puts_the_item_aside_and_goes_on(int workers, bool asynchronous, Execution execution) => Within.Time(() =>
    {
        var outputs = Build(new() { Name = "model", Workers = workers, Faults = FaultPolicy.Skip }, asynchronous, FailOnSevens).AsEnumerable(Options(execution));

        Assert.Equal(Enumerable.Range(0, 100).Where(x => x % 7 != 0), outputs);
        Assert.Equal(Enumerable.Range(0, 100).Where(x => x % 7 == 0), letters.Select(l => (int)l.Item!).Order());
        Assert.All(letters, l => Assert.Equal(("model", (long)(int)l.Item!, 1, 0), (l.Stage, l.Number, l.Attempts, l.Delivered)));
        Assert.All(letters, l => Assert.InRange(l.Worker, 0, workers - 1));
        Assert.All(letters, l => Assert.IsType<TestException>(l.Exception));
    });

    [Theory]
    [MemberData(nameof(Ways))]
    public Task Retry_tries_as_often_as_it_says_then_puts_the_item_aside(int workers, bool asynchronous, Execution execution) => Within.Time(() =>
    {
        var tries = new ConcurrentDictionary<int, int>();
        var outputs = Build(new() { Workers = workers, Faults = FaultPolicy.Retry(3) }, asynchronous, FailOnSevensAndOnceOnFives).AsEnumerable(Options(execution));

        Assert.Equal(Enumerable.Range(0, 100).Where(x => x % 7 != 0), outputs);
        Assert.All(tries, t => Assert.Equal(t.Key % 7 == 0 ? 3 : t.Key % 5 == 0 ? 2 : 1, t.Value));
        Assert.Equal(15, letters.Count);
        Assert.All(letters, l => Assert.Equal(3, l.Attempts));

        int FailOnSevensAndOnceOnFives(int item)
        {
            var attempt = tries.AddOrUpdate(item, 1, (_, n) => n + 1);
            Assert.Equal(attempt, PipelineContext.Current!.Attempt);
            return item % 5 == 0 && attempt == 1 ? throw new TestException() : FailOnSevens(item);
        }
    });

    [Theory]
    [MemberData(nameof(Ways))]
    public Task Stop_is_the_default(int workers, bool asynchronous, Execution execution) => Within.Time(() =>
    {
        var got = new List<int>();
        Assert.Throws<TestException>(() => got.AddRange(Build(new() { Workers = workers }, asynchronous, x => x == 50 ? throw new TestException() : x).AsEnumerable(Options(execution))));
        Assert.Empty(letters);
    });

    [Fact]
    public Task When_decides_which_exceptions_deserve_another_try() => Within.Time(() =>
    {
        var tries = 0;
        var policy = FaultPolicy.Retry(5, when: e => e is TestException { Message: "again" });
        var outputs = Pipeline.From([1, 2]).Select(Fail, new() { Faults = policy }).AsEnumerable(Options());

        Assert.Equal([2], outputs);
        Assert.Equal(3, tries);
        Assert.Equal((1, 2, "enough"), letters.Select(l => ((int)l.Item!, l.Attempts, l.Exception.Message)).Single());

        int Fail(int item)
        {
            tries++;
            return item == 2 ? item : throw new TestException(PipelineContext.Current!.Attempt == 1 ? "again" : "enough");
        }
    });

    [Fact]
    public Task When_that_throws_fails_the_run() => Within.Time(async () =>
    {
        var mine = new TestException("when");
        var policy = FaultPolicy.Retry(5, when: _ => throw mine);
        Assert.Same(mine, await Record.ExceptionAsync(() => Pipeline.From([7]).Select(FailOnSevens, new() { Faults = policy }).To(Items.Drop).RunAsync(Options())));
    });

    [Fact]
    public Task The_generator_is_started_afresh_and_the_failed_one_is_disposed() => Within.Time(() =>
    {
        var log = new List<string>();
        Items.Drop(Pipeline.From([1, 7, 2]).Then(Noted, new() { Faults = FaultPolicy.Skip }).AsEnumerable(Options()));
        Assert.Equal(["started", "ended", "started", "ended"], log);

        IEnumerable<int> Noted(IEnumerable<int> items)
        {
            log.Add("started");
            try
            {
                foreach (var item in items)
                    yield return FailOnSevens(item);
            }
            finally
            {
                log.Add("ended");
            }
        }
    });

    [Fact]
    public Task Every_item_may_be_put_aside() => Within.Time(() =>
    {
        Assert.Empty(Pipeline.From(Enumerable.Repeat(7, 1000)).Select(FailOnSevens, new() { Workers = 4, Faults = FaultPolicy.Skip }).AsEnumerable(Options()));
        Assert.Equal(Enumerable.Range(0, 1000).Select(n => (long)n), letters.Select(l => l.Number).Order());
    });

    [Fact]
    public Task The_pause_doubles_with_each_try() => Within.Time(async () =>
    {
        var clock = new TestClock();
        var tries = 0;
        var first = TimeSpan.FromSeconds(10);
        var run = Pipeline.From([1]).Select(AlwaysFail, new() { Faults = FaultPolicy.Retry(4, first) }).To(Items.Drop).RunAsync(Options() with { TimeProvider = clock });

        foreach (var (pause, before) in new[] { (first, 1), (2 * first, 2), (4 * first, 3) })
        {
            await clock.TimerOf(pause);
            Assert.Equal(before, Volatile.Read(ref tries));
            clock.Advance(pause);
        }

        await run;
        Assert.Equal(4, tries);

        int AlwaysFail(int item)
        {
            Interlocked.Increment(ref tries);
            return item > 0 ? throw new TestException() : item;
        }
    });

    private static Pipeline<int> Build(StageOptions options, bool asynchronous, Func<int, int> work) => asynchronous
        ? Pipeline.From(Enumerable.Range(0, 100)).Select(async item => await Task.Run(() => item) is var x ? work(x) : 0, options)
        : Pipeline.From(Enumerable.Range(0, 100)).Select(work, options);

    private static int FailOnSevens(int item) => item % 7 == 0 ? throw new TestException() : item;

    private RunOptions Options(Execution execution = Execution.Parallel) => new() { Execution = execution, DeadLetter = letters.Enqueue };
}
