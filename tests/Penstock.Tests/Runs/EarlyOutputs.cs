using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>In an ordered stage with room for it, workers go on while an earlier item takes its time: what they made waits on the link.</summary>
public sealed class EarlyOutputs : IDisposable
{
    private const int Room = 6;

    private static readonly StageOptions Two = new() { Name = "two", Workers = 2, MaxInFlight = Room };

    // While one worker has the first item, the other one works on all others that there is room for: one slot is the first item's.
    private readonly CountdownEvent others = new(Room - 1);
    private readonly Depot depot = new();

    public void Dispose() => others.Dispose();

    [Fact]
    public Task Wait_on_the_link_for_an_item_that_takes_its_time() => Within.Time(() =>
        Assert.Equal(Enumerable.Range(0, 50), Pipeline.From(Enumerable.Range(0, 50)).Select(WaitIfFirst, Two).AsEnumerable()));

    [Fact]
    public Task Of_tasks_as_well() => Within.Time(async () =>
    {
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var outputs = Pipeline.From(Enumerable.Range(0, 50)).Select(WaitIfFirstAsync, Two).AsAsyncEnumerable();
        Assert.Equal(Enumerable.Range(0, 50), await outputs.ToListAsync());

        async ValueTask<int> WaitIfFirstAsync(int item, CancellationToken ct)
        {
            if (item == 0)
                await second.Task.WaitAsync(ct);
            else if (item == Room - 1)
                second.SetResult();
            return item;
        }
    });

    [Fact]
    public Task Leave_a_slot_for_each_further_output_of_the_item_they_wait_for() => Within.Time(() =>
    {
        var outputs = Pipeline.From(Enumerable.Range(0, 20)).Then(items => items.SelectMany(i => Enumerable.Repeat(WaitIfFirst(i), i == 0 ? 50 : 1)), Two).AsEnumerable();
        Assert.Equal(Enumerable.Repeat(0, 50).Concat(Enumerable.Range(1, 19)), outputs);
    });

    [Fact]
    public Task Are_disposed_when_the_item_before_them_fails_the_run() => Within.Time(async () =>
    {
        var run = Pipeline.From(Enumerable.Range(0, 50)).Select(FailIfFirst, Two).To(Items.Drop).Start();
        await Assert.ThrowsAsync<TestException>(() => run.Completion);
        depot.MustHaveEverythingBack();
    });

    [Fact]
    public Task Follow_an_item_that_is_given_up() => Within.Time(() =>
    {
        var numbers = Pipeline.From(Enumerable.Range(0, 50)).Select(FailIfFirst, Two with { Faults = FaultPolicy.Skip }).AsEnumerable().Select(Unpack);
        Assert.Equal(Enumerable.Range(1, 49), numbers);
        depot.MustHaveEverythingBack();
    });

    [Fact]
    public Task Are_handed_on_as_far_as_the_item_that_ends_the_stage() => Within.Time(() =>
    {
        var outputs = Pipeline.From(Items.Endless).Then(EndAtLast, Two).AsEnumerable().Select(Unpack);
        Assert.Equal(Enumerable.Range(0, Room), outputs);
        depot.MustHaveEverythingBack();

        IEnumerable<Parcel> EndAtLast(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                yield return depot.Make(WaitIfFirst(item));
                if (item == Room - 1)
                    yield break;
            }
        }
    });

    [Fact]
    public Task Are_disposed_when_the_run_is_aborted() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(Items.Endless).Select(Make, Two).To(Items.Drop).Start();
        others.Wait();
        run.Abort();
        gate.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        depot.MustHaveEverythingBack();

        Parcel Make(int item)
        {
            var parcel = depot.Make(item);
            if (item == 0)
                gate.Pass();
            else if (item < Room)
                others.Signal();
            return parcel;
        }
    });

    [Fact]
    public Task Stay_with_the_whole_that_they_are_parts_of() => Within.Time(() =>
    {
        var wholes = Pipeline.From(Enumerable.Range(0, 10))
            .ScatterGather(n => Enumerable.Range(10 * n, 10), parts => parts.Select(WaitIfFirst, Two), (_, parts) => parts.Sum())
            .AsEnumerable();
        Assert.Equal(Enumerable.Range(0, 10).Select(n => (100 * n) + 45), wholes);
    });

    private static int Unpack(Parcel parcel)
    {
        using (parcel)
            return parcel.Number;
    }

    private Parcel FailIfFirst(int item) => WaitIfFirst(item) == 0 ? throw new TestException() : depot.Make(item);

    private int WaitIfFirst(int item)
    {
        if (item == 0)
            others.Wait();
        else if (item < Room)
            others.Signal();
        return item;
    }
}
