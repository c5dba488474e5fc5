using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Isolation.None: how threads leave user code that is ahead of a consumer that has ended.</summary>
public sealed class EndsWhileAhead : IDisposable
{
    private static readonly StageOptions None = new() { Isolation = Isolation.None };
    private static readonly StageOptions Four = None with { Workers = 4 };

    private static readonly RunOptions Always = new()
    {
        CreatePace = Paces.All["always ahead"],
        CreateStaffing = Staffings.All["all helpers"],
        StopTimeout = TimeSpan.FromSeconds(10), // which nobody is to need
    };

    private readonly ManualResetEventSlim isAhead = new();

    public void Dispose() => isAhead.Dispose();

    [Theory]
    [InlineData("at the source")]
    [InlineData("behind a stage")]
    [InlineData("behind a thread")]
    [InlineData("behind four workers")]
    [InlineData("before four workers")]
    [InlineData("before a stage and four workers")]
    [InlineData("in four workers")]
    public Task A_filter_that_finds_nothing_more_is_told_by_its_input(string place) => Within.Time(async () =>
    {
        var source = Pipeline.From(Produce, place == "behind a thread" ? null : None);
        var items = place switch
        {
            "behind a stage" => source.Then(Pass, None).Then(Filter, None),
            "behind four workers" => source.Then(Pass, Four).Then(Filter, None),
            "before four workers" => source.Then(Filter, None).Then(Pass, Four),
            "before a stage and four workers" => source.Then(Filter, None).Then(Pass, None).Then(Pass, Four),
            "in four workers" => source.Then(Filter, Four),
            _ => source.Then(Filter, None),
        };
        Assert.Equal(3, await items.To(xs => xs.Take(3).Select(LetThemGoAhead).Count()).RunAsync(Always));

        IEnumerable<int> Produce()
        {
            foreach (var item in Items.Endless())
            {
                if (item == 1000)
                    isAhead.Set();
                yield return item;
            }
        }

        static IEnumerable<int> Filter(IEnumerable<int> xs) => xs.Where(x => x < 3);

        int LetThemGoAhead(int item)
        {
            if (item == 2)
                isAhead.Wait();
            return item;
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task A_last_block_that_fails_as_its_input_stops_fails_a_good_run(int workers) => Within.Time(async () =>
    {
        var run = Pipeline.From(ThreeThenNone).Then(Fail, None with { Workers = workers }).To(TakeThree).RunAsync(Always);
        Assert.Equal("at the end", (await Assert.ThrowsAsync<TestException>(() => run)).Message);

        static IEnumerable<int> Fail(IEnumerable<int> xs)
        {
            try
            {
                foreach (var x in xs)
                    yield return x;
            }
            finally
            {
                Throw();
            }
        }

        static void Throw() => throw new TestException("at the end");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task What_is_made_of_a_stop_is_the_answer_to_it(int workers) => Within.Time(async () =>
    {
        Assert.Equal(3, await Pipeline.From(ThreeThenWait, None).Then(Wrap, None with { Workers = workers }).To(TakeThree).RunAsync(Always));

        IEnumerable<int> ThreeThenWait(CancellationToken stopping)
        {
            for (var item = 0; item < 3; item++)
                yield return item;
            isAhead.Set();
            stopping.WaitHandle.WaitOne();
        }

        static IEnumerable<int> Wrap(IEnumerable<int> xs)
        {
            using var enumerator = xs.GetEnumerator();
            while (MoveNext(enumerator))
                yield return enumerator.Current;
        }

        static bool MoveNext(IEnumerator<int> enumerator)
        {
            try
            {
                return enumerator.MoveNext();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException("The input has failed.", e);
            }
        }
    });

    private async IAsyncEnumerable<int> ThreeThenNone([EnumeratorCancellation] CancellationToken stopping)
    {
        for (var item = 0; item < 3; item++)
            yield return item;
        isAhead.Set();
        await Task.Delay(Timeout.Infinite, stopping);
    }

    private int TakeThree(IEnumerable<int> xs)
    {
        var count = xs.Take(3).Count();
        isAhead.Wait();
        return count;
    }

    private static IEnumerable<int> Pass(IEnumerable<int> xs)
    {
        foreach (var x in xs)
            yield return x;
    }
}
