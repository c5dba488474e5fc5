using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Who resumes workers without threads, by what their steps cost.</summary>
public sealed class CrewsAtWork
{
    private const int Workers = 4;

    private static readonly StageOptions None = new() { Isolation = Isolation.None };
    private static readonly StageOptions Four = None with { Workers = Workers };

    [Fact]
    public Task Work_all_at_the_same_time_from_the_first_item_on() => Within.Time(async () =>
    {
        using var barrier = new Barrier(Workers);
        await Pipeline.From(Count, Workers, None).Then(xs => xs.Select(Meet), Four).To(Items.Drop).RunAsync();

        int Meet(int item) => barrier.SignalAndWait(TimeSpan.FromSeconds(20)) ? item : throw new TestException("not all came");
    });

    [Fact]
    public Task Work_all_at_the_same_time_when_items_turn_out_to_be_costly() => Within.Time(async () =>
    {
        using var barrier = new Barrier(Workers);
        await Pipeline.From(Count, 20_000 + Workers, None).Then(xs => xs.Select(Meet), Four).To(Items.Drop).RunAsync();

        int Meet(int item) => item < 20_000 || barrier.SignalAndWait(TimeSpan.FromSeconds(20)) ? item : throw new TestException("not all came");
    });

    [Fact]
    public Task Run_on_the_consumers_thread_while_items_are_cheap() => Within.Time(async () =>
    {
        var elsewhere = 1;
        for (var tries = 0; tries < 20 && elsewhere > 0; tries++)
        {
            elsewhere = 0;
            await Pipeline.From(Count, 40_000, None).Then(xs => xs.Select(Look), Four with { Name = "cheap" }).To(Items.Drop).RunAsync();
        }

        Assert.Equal(0, elsewhere); // a busy machine may make items look costly, but not in every run

        int Look(int item)
        {
            if (item > 30_000 && Thread.CurrentThread.Name!.StartsWith("Penstock: cheap", StringComparison.Ordinal))
                elsewhere++;
            return item;
        }
    });

    private static IEnumerable<int> Count(int count) => Enumerable.Range(0, count);
}
