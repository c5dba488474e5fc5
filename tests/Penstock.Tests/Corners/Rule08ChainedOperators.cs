using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Chained operators run in the stage before them: no link, no thread, the same fault policy.</summary>
public class Rule08ChainedOperators
{
    [Fact]
    public Task Without_options_an_operator_has_no_row_and_no_thread() => Within.Time(async () =>
    {
        var threads = new HashSet<int>();
        var run = Pipeline.From(Produce).Select(Note).Where(x => Note(x) >= 0).SelectMany(x => new[] { Note(x) }).To(xs => xs.Count(), new() { Name = "Count" }).Start();

        Assert.Equal(10, await run.Completion);
        Assert.Single(threads);
        Assert.Equal(["Produce", "Count"], run.Snapshot().Stages.Select(s => s.Name));

        IEnumerable<int> Produce() => Enumerable.Range(0, 10).Select(Note);

        int Note(int item)
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return item;
        }
    });

    [Fact]
    public Task With_options_an_operator_is_a_stage_of_its_own() => Within.Time(async () =>
    {
        var run = Pipeline.From([1, 2, 3], new() { Name = "Source" }).Select(x => x + 1, new()).Where(x => x > 0, new() { Name = "Filter" }).To(Items.Drop, new() { Name = "Drop" }).Start();
        await run.Completion;
        Assert.Equal(["Source", "Select", "Filter", "Drop"], run.Snapshot().Stages.Select(s => s.Name));
    });

    [Fact]
    public Task The_policy_of_the_stage_covers_what_is_chained_to_it() => Within.Time(() =>
    {
        var letters = new List<DeadLetter>();
        var outputs = Pipeline.From(Enumerable.Range(0, 10))
            .Then(xs => xs.Select(x => x), new() { Name = "stage", Faults = FaultPolicy.Skip })
            .Select(x => 10 / (x - 4))
            .AsEnumerable(new() { DeadLetter = letters.Add });

        Assert.Equal(Enumerable.Range(0, 10).Except([4]).Select(x => 10 / (x - 4)), outputs);
        var letter = Assert.Single(letters);
        Assert.Equal((4, "stage"), (letter.Item, letter.Stage));
        Assert.IsType<DivideByZeroException>(letter.Exception);
    });

    [Fact]
    public Task An_operator_chained_to_several_workers_keeps_their_order() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 1000).Where(x => x % 3 != 0).Select(x => -x),
            Pipeline.From(Enumerable.Range(0, 1000)).Select(x => x, new() { Workers = 4 }).Where(x => x % 3 != 0).Select(x => -x).AsEnumerable()));

    [Fact]
    public Task A_limit_in_bytes_counts_what_the_chain_hands_on() => Within.Time(() =>
        Assert.Equal(
            ["1", "2", "3"],
            Pipeline.From([1, 2, 3], new() { MaxInFlightBytes = 4, SizeOf = text => ((string)text).Length }).Select(x => x.ToString(System.Globalization.CultureInfo.InvariantCulture)).AsEnumerable()));
}
