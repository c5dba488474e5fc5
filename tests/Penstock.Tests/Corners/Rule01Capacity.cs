using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Capacity: what fits together, and what is refused.</summary>
public class Rule01Capacity
{
    private readonly Pipeline<int> source = Pipeline.From([1, 2, 3]);

    [Fact]
    public void MaxInFlight_below_the_workers_of_its_stage_is_refused() =>
        Refused("narrow", () => source.Then(Same, new() { Name = "narrow", Workers = 4, MaxInFlight = 3 }));

    [Fact]
    public Task MaxInFlight_equal_to_the_workers_of_its_stage_is_enough() => Within.Time(() =>
        Assert.Equal(Enumerable.Range(0, 1000), Pipeline.From(Enumerable.Range(0, 1000)).Then(Same, new() { Workers = 4, MaxInFlight = 4 }).AsEnumerable()));

    [Fact]
    public Task Fewer_in_flight_than_the_next_stage_has_workers_is_allowed_and_the_verdict_reports_it() => Within.Time(async () =>
    {
        var run = Pipeline.From(Enumerable.Range(0, 1000), new() { MaxInFlight = 2 })
            .Then(Same, new() { Name = "wide", Workers = 4 })
            .To(xs => xs.Count())
            .Start();

        Assert.Equal(1000, await run.Completion);
        Assert.Contains("wide has 4 workers, but only 2 items may be in flight before it", run.Snapshot().Verdict, StringComparison.Ordinal);
    });

    [Fact]
    public void MaxInFlight_on_a_sink_is_refused()
    {
        Refused("drop", () => source.To(Items.Drop, new() { Name = "drop", MaxInFlight = 4 }));
        Refused("drop", () => source.To(Items.Drop, new() { Name = "drop", MaxInFlightBytes = 4, SizeOf = _ => 1 }));
        Refused("count", () => source.To(xs => xs.CountAsync(), new() { Name = "count", MaxInFlight = 4 }));
    }

    [Fact]
    public void A_fault_policy_on_a_sink_is_refused()
    {
        Refused("drop", () => source.To(Items.Drop, new() { Name = "drop", Faults = FaultPolicy.Skip }));
        Refused("count", () => source.To(xs => xs.Count(), new() { Name = "count", Faults = FaultPolicy.Retry(2) }));
    }

    [Fact]
    public void Several_workers_on_a_sink_with_a_result_are_refused()
    {
        Refused("count", () => source.To(xs => xs.Count(), new() { Name = "count", Workers = 2 }));
        Refused("count", () => source.To(xs => xs.CountAsync(), new() { Name = "count", Workers = 2 }));
    }

    [Fact]
    public Task Several_workers_on_a_sink_without_a_result_share_the_items() => Within.Time(async () =>
    {
        var sum = 0;
        await Pipeline.From(Enumerable.Range(1, 1000)).To(
            xs =>
            {
                foreach (var x in xs)
                    Interlocked.Add(ref sum, x);
            },
            new() { Workers = 4 }).RunAsync();
        Assert.Equal(500_500, sum);
    });

    [Fact]
    public void Several_workers_on_a_source_given_as_an_object_are_refused()
    {
        Refused("numbers", () => Pipeline.From([1, 2], new() { Name = "numbers", Workers = 2 }));
        Refused("numbers", () => Pipeline.From(Items.Asynchronous(2), new() { Name = "numbers", Workers = 2 }));
    }

    [Fact]
    public void A_policy_other_than_Stop_on_a_source_is_refused()
    {
        Refused("Endless", () => Pipeline.From(Items.Endless, new() { Faults = FaultPolicy.Skip }));
        Refused("numbers", () => Pipeline.From([1, 2], new() { Name = "numbers", Faults = FaultPolicy.Retry(3) }));
    }

    private static void Refused(string stage, Func<object> define) =>
        Assert.Contains($"'{stage}'", Assert.Throws<PipelineDefinitionException>(define).Message, StringComparison.Ordinal);

    private static IEnumerable<int> Same(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }
}
