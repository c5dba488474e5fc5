using Penstock.Tests.Support;
using Penstock.Tests.Tracking;

namespace Penstock.Tests.Isolated;

/// <summary>Bytes are limited on links between processes as on others, and a worker's death leaves no byte charged.</summary>
public class BytesInFlight
{
    private const int Count = 60;

    [Fact]
    public Task No_more_bytes_exist_than_the_limit() => Within.Time(async () =>
    {
        using var gate = new Gate();
        await using var run = Pipeline.From(Blocks, 100, Beside.Process with { MaxInFlight = 50, MaxInFlightBytes = 350 }).To(xs => xs.Count(_ => Passed(gate))).Start();
        await gate.Arrived;

        // Three are on the link; a fourth is made, and waits.
        run.LookUntilWorkersAre(0, "waiting for a slot");
        Assert.Equal((3, 4), (run.Snapshot().Stages[0].Workers[0].ItemsOut, run.Snapshot().Stages[0].InFlight));
        gate.Open();
        Assert.Equal(Count, await run.Completion);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public Task An_item_larger_than_the_limit_passes_alone(int workers) =>
        Pipeline.From(Blocks, 100, Beside.Process with { MaxInFlightBytes = 10 })
            .Then(Steps.Pass, Beside.Processes(workers) with { MaxInFlightBytes = 150 })
            .Select(block => block.Length)
            .MustGive(Enumerable.Repeat(100, Count));

    [Fact]
    public Task A_link_from_this_process_is_limited_too() => Within.Time(async () =>
    {
        var scale = 3; // measured here, so it may look at more than the item
        using var gate = new Gate();
        var options = new StageOptions { MaxInFlight = 50, MaxInFlightBytes = 10, SizeOf = _ => scale };
        await using var run = Pipeline.From(Enumerable.Range(0, Count), options).Then(Steps.Pass, Beside.Process with { MaxInFlight = 1 }).To(xs => xs.Count(_ => Passed(gate))).Start();
        await gate.Arrived;
        run.LookUntilWorkersAre(1, "waiting for a slot");
        await run.UntilWorkersAre(0, "waiting for a slot");
        Assert.InRange(run.Snapshot().Stages[0].InFlight, 1, 4);
        gate.Open();
        Assert.Equal(Count, await run.Completion);
    });

    [Fact]
    public Task A_stage_in_a_process_measures_there() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var options = Beside.Process with { MaxInFlight = 50, MaxInFlightBytes = 1000, SizeOf = page => ((Page)page).Weight };
        await using var run = Pipeline.From(Pages, 400, options).To(xs => xs.Count(_ => Passed(gate))).Start();
        await gate.Arrived;
        run.LookUntilWorkersAre(0, "waiting for a slot");
        Assert.Equal(2, run.Snapshot().Stages[0].Workers[0].ItemsOut);
        gate.Open();
        Assert.Equal(Count, await run.Completion);
    });

    [Fact]
    public Task What_cannot_measure_itself_counts_what_it_takes_in_shared_memory() => Within.Time(async () =>
    {
        using var gate = new Gate();
        await using var run = Pipeline.From(Pages, 4000, Beside.Process with { MaxInFlight = 50, MaxInFlightBytes = 10_000 }).To(xs => xs.Count(_ => Passed(gate))).Start();
        await gate.Arrived;
        run.LookUntilWorkersAre(0, "waiting for a slot");
        Assert.Equal(2, run.Snapshot().Stages[0].Workers[0].ItemsOut);
        gate.Open();
        Assert.Equal(Count, await run.Completion);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Workers_that_die_leave_no_byte_charged(bool ordered) => Within.Time(async () =>
    {
        // One byte left over, and no two items would fit any more; two, and none would.
        var limited = Beside.Processes(3) with { Ordered = ordered, MaxInFlightBytes = 200, Faults = FaultPolicy.Retry(2) };
        var lengths = await Pipeline.From(Blocks, 100, new() { MaxInFlightBytes = 200 }).Then(DieOnEveryFifth, limited).Then(Steps.Pass, limited).Select(block => block.Length).ToListAsync();
        Assert.Equal(Enumerable.Repeat(100, Count), lengths);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public Task What_cannot_be_written_leaves_no_byte_charged(int attempts) => Within.Time(async () =>
    {
        // No two fit, not even an item beside what is left of its first try.
        var limited = Beside.Process with { MaxInFlightBytes = 100, SizeOf = _ => 60, Faults = attempts > 1 ? FaultPolicy.Retry(attempts) : FaultPolicy.Skip };
        var passed = await Pipeline.From(Enumerable.Range(0, 20)).Then(DamagedItems.MakeUnwritable, limited).Then(DamagedItems.Take).ToListAsync(new() { DeadLetter = _ => { } });
        Assert.Equal(Enumerable.Range(0, 20).Where(n => n % 10 != 2), passed);
    });

    [Fact]
    public Task Parts_of_scattered_items_are_limited_too() =>
        Pipeline.From(Enumerable.Range(0, 30))
            .ScatterGather(
                n => Enumerable.Repeat(new byte[n], 4),
                parts => parts.Then(Steps.Pass, Beside.Processes(2) with { MaxInFlightBytes = 40 }),
                (n, done) => done.Sum(d => d.Length) - 4 * n)
            .MustGive(Enumerable.Repeat(0, 30));

    public sealed record Page(int Weight, byte[] Content);

    private static IEnumerable<byte[]> Blocks(int size) => Enumerable.Range(0, Count).Select(i => Block(i, size));

    private static byte[] Block(int number, int size)
    {
        var block = new byte[size];
        block[0] = (byte)number;
        return block;
    }

    private static IEnumerable<Page> Pages(int weight) => Enumerable.Range(0, Count).Select(_ => new Page(weight, new byte[weight]));

    private static IEnumerable<byte[]> DieOnEveryFifth(IEnumerable<byte[]> blocks)
    {
        foreach (var block in blocks)
        {
            yield return block;
            if (block[0] % 5 == 0 && PipelineContext.Current!.Attempt == 1)
                _ = Libc.Kill(Environment.ProcessId, 9);
        }
    }

    private static bool Passed(Gate gate)
    {
        gate.Pass();
        return true;
    }
}
