using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Lineage: an output belongs to the item its worker took last.</summary>
public class Rule02Lineage
{
    private const int Before = -1;
    private const int After = int.MaxValue;

    [Fact]
    public Task Outputs_before_the_first_item_belong_to_that_item() => Within.Time(() =>
    {
        var outputs = Run(Enumerable.Range(0, 200)).Where(o => o.Item != After).ToList();

        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Item == Before && i + 1 < outputs.Count && outputs.Skip(i).Any(o => o.Item != Before && o.Worker == outputs[i].Worker))
                Assert.Equal(outputs[i].Worker, outputs[i + 1].Worker);
        }

        Assert.Equal(Enumerable.Range(0, 200), outputs.Select(o => o.Item).Where(item => item != Before));
    });

    [Fact]
    public Task Outputs_after_the_end_of_the_input_come_behind_all_others_by_worker() => Within.Time(() =>
    {
        var outputs = Run(Enumerable.Range(0, 200)).ToList();

        Assert.Equal([(0, After), (1, After), (2, After)], outputs.Where(o => o.Item == After));
        var firstAfter = outputs.FindIndex(o => o.Item == After);
        Assert.DoesNotContain(outputs.Skip(firstAfter), o => o.Item is not After and not Before);
    });

    [Fact]
    public Task A_stage_without_items_still_yields_what_it_yields_around_them_by_worker() => Within.Time(() =>
        Assert.Equal([(0, Before), (0, After), (1, Before), (1, After), (2, Before), (2, After)], Run([])));

    [Fact]
    public Task The_head_of_the_line_gets_its_slots_while_others_wait_for_their_turn() => Within.Time(() =>
    {
        const int workers = 4;
        using var othersHaveYielded = new CountdownEvent(workers - 1);

        var outputs = Pipeline.From(Enumerable.Range(0, 20)).Then(Work, new() { Workers = workers, MaxInFlight = workers }).AsEnumerable().ToList();

        Assert.Equal(Enumerable.Repeat(0, 50).Concat(Enumerable.Range(1, 19)), outputs);

        IEnumerable<int> Work(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                if (item == 0)
                    othersHaveYielded.Wait();
                else if (item < workers)
                    othersHaveYielded.Signal();
                for (var i = 0; i < (item == 0 ? 50 : 1); i++)
                    yield return item;
            }
        }
    });

    [Fact]
    public Task An_item_to_retry_is_taken_before_any_new_one() => Within.Time(() =>
    {
        var given = new List<int>();
        var outputs = Pipeline.From(Enumerable.Range(0, 5)).Then(FailFirst, new() { Faults = FaultPolicy.Retry(2) }).AsEnumerable().ToList();

        Assert.Equal([0, 1, 2, 2, 3, 4], given);
        Assert.Equal(Enumerable.Range(0, 5), outputs);

        IEnumerable<int> FailFirst(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                given.Add(item);
                if (item == 2 && PipelineContext.Current!.Attempt == 1)
                    throw new TestException();
                yield return item;
            }
        }
    });

    [Fact]
    public Task The_head_of_the_line_is_admitted_however_large_it_is() => Within.Time(() =>
    {
        var options = new StageOptions { Workers = 4, MaxInFlightBytes = 10, SizeOf = _ => 1000 };
        Assert.Equal(Enumerable.Range(0, 500), Pipeline.From(Enumerable.Range(0, 500)).Then(xs => xs.Select(x => x), options).AsEnumerable());
    });

    [Fact]
    public Task Bytes_on_a_link_never_exceed_their_limit() => Within.Time(() =>
    {
        var bytes = new Gauge();
        var pipeline = Pipeline.From(Produce, new() { MaxInFlight = 100, MaxInFlightBytes = 1000 });

        foreach (var item in pipeline.AsEnumerable())
        {
            Thread.Yield();
            bytes.Leave(item.Length);
        }

        Assert.InRange(bytes.Most, 1, 1000);

        // Charged when handed on, which is before the generator is resumed.
        IEnumerable<byte[]> Produce()
        {
            var random = new Random(1);
            for (var i = 0; i < 5000; i++)
            {
                var item = new byte[random.Next(1, 400)];
                yield return item;
                bytes.Enter(item.Length);
            }
        }
    });

    private static IEnumerable<(int Worker, int Item)> Run(IEnumerable<int> items) =>
        Pipeline.From(items).Then(WithMarks, new() { Workers = 3 }).AsEnumerable();

    private static IEnumerable<(int Worker, int Item)> WithMarks(IEnumerable<int> items)
    {
        var worker = PipelineContext.Current!.Worker;
        yield return (worker, Before);
        foreach (var item in items)
            yield return (worker, item);
        yield return (worker, After);
    }
}
