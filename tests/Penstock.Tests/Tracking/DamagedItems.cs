using System.Text.Json.Serialization;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Tracking;

/// <summary>An item that cannot be written for another process, or not read there, fails what it descends from, alone: wherever it meets a link.</summary>
public class DamagedItems
{
    private static readonly RunOptions Quiet = new() { DeadLetter = _ => { } };

    [Fact]
    public Task What_a_stage_in_a_process_cannot_read_fails_alone() => FailsTwo(
        "cannot be read",
        items => items.Select(n => new Damaged(n, isWritable: true)).Then(Take, Beside.Process));

    [Fact]
    public Task What_a_stage_in_a_process_cannot_write_fails_alone() => FailsTwo(
        "cannot be written",
        items => items.Then(MakeUnwritable, Beside.Process).Then(Take));

    [Fact]
    public Task What_the_sink_cannot_read_fails_alone() => FailsTwo(
        "cannot be read",
        items => items.Then(MakeUnreadable, Beside.Process));

    [Fact]
    public Task Parts_that_cannot_be_written_or_read_fail_their_item_alone() => FailsTwo(
        "cannot be",
        items => items.ScatterGather(
            n => Enumerable.Repeat(new Damaged(n, isWritable: n % 20 != 2), 2),
            parts => parts.Then(Take, Beside.Processes(2)),
            (_, parts) => parts.Count,
            maxOpen: 3));

    [Fact]
    public Task Parts_that_the_gathering_cannot_read_fail_their_item_alone() => FailsTwo(
        "cannot be read",
        items => items.ScatterGather(n => Enumerable.Repeat(n, 2), parts => parts.Then(MakeUnreadable, Beside.Process), (_, parts) => parts.Count));

    [Fact]
    public Task What_a_batch_cannot_read_fails_alone() => FailsTwo(
        "cannot be read",
        items => items.Then(MakeUnreadable, Beside.Process).Batch(3));

    [Fact]
    public Task A_batch_that_cannot_be_written_fails_its_items_alone() => FailsTwo(
        "cannot be written",
        items => items.ScatterGather(
            n => Enumerable.Repeat(new Damaged(n, isWritable: n % 10 != 2), 2),
            parts => parts.Batch(2).Then(Steps.Pass, Beside.Process),
            (_, batches) => batches.Count,
            maxOpen: 1));

    [Fact]
    public Task A_retry_does_not_take_an_unreadable_item_for_a_good_one() => Within.Time(async () =>
    {
        var letters = new List<DeadLetter>();
        var taken = await Pipeline.From(Enumerable.Range(0, 20)).Then(MakeUnreadable, Beside.Process)
            .Then(Take, new() { Faults = FaultPolicy.Retry(3) })
            .To(xs => xs.ToList())
            .RunAsync(new() { DeadLetter = letters.Add });
        Assert.Equal(Enumerable.Range(0, 20).Where(n => n % 10 != 2), taken);
        Assert.Equal([3, 3], letters.Select(l => l.Attempts));
        Assert.All(letters, l => Assert.Null(l.Item));
    });

    [Fact]
    public Task Without_tracking_and_policy_the_run_fails_with_the_number_of_the_item() => Within.Time(async () =>
    {
        var thrown = await Assert.ThrowsAsync<FormatException>(() =>
            Pipeline.From(Enumerable.Range(0, 20)).Then(MakeUnreadable, Beside.Process).Then(Take).To(xs => xs.Count()).RunAsync());
        Assert.Equal(2L, thrown.Data["Penstock.Item"]);
    });

    internal static IEnumerable<int> Take(IEnumerable<Damaged> items)
    {
        foreach (var item in items)
            yield return item.Value;
    }

    internal static IEnumerable<Damaged> MakeUnreadable(IEnumerable<int> items)
    {
        foreach (var n in items)
            yield return new Damaged(n, isWritable: true);
    }

    internal static IEnumerable<Damaged> MakeUnwritable(IEnumerable<int> items)
    {
        foreach (var n in items)
            yield return new Damaged(n, isWritable: n % 10 != 2);
    }

    // Of twenty, those that end with 2.
    private static Task FailsTwo<TOut>(string message, Func<Pipeline<int>, Pipeline<TOut>> stages) => Within.Time(async () =>
    {
        var office = new Office(4, Enumerable.Range(0, 20)).Closed();
        await office.Work(stages).RunAsync(Quiet);
        Assert.Equal([2, 12], office.Failed);
        Assert.All(office.Failed, n => Assert.Contains(message, office.Settled[n]!.Message, StringComparison.Ordinal));
        Assert.Equal(18, office.Done.Count());
        Assert.Equal(office.Done, office.Delivered.Keys.Order());
    });

    /// <summary>Can be made, but those that end with 2 cannot cross: read, or not even written.</summary>
    internal sealed class Damaged
    {
        [NonSerialized]
        private readonly bool isWritable;

        public Damaged(int value, bool isWritable) => (Value, this.isWritable) = (value, isWritable);

        [JsonConstructor]
        public Damaged(int value, string note)
        {
            if (value % 10 == 2)
                throw new FormatException($"{value} cannot be read");
            (Value, Note) = (value, note);
        }

        public int Value { get; }

        public string Note
        {
            get => isWritable || Value % 10 != 2 ? "" : throw new FormatException($"{Value} cannot be written");
            private init { }
        }
    }
}
