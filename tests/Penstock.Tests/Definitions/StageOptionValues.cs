using Penstock.Links;
using Penstock.Tests.Support;

namespace Penstock.Tests.Definitions;

/// <summary>Every option value that cannot work is refused when the stage is described: the error names the stage and the cure.</summary>
public class StageOptionValues
{
    public static TheoryData<string, StageOptions, string> Wrong => new()
    {
        { "no worker", new() { Workers = 0 }, "use 1 to" },
        { "negative workers", new() { Workers = -3 }, "use 1 to" },
        { "too many workers", new() { Workers = 1_000_000 }, "use 1 to" },
        { "nothing in flight", new() { MaxInFlight = 0 }, "use 1 to" },
        { "too much in flight", new() { MaxInFlight = int.MaxValue }, "use 1 to" },
        { "fewer in flight than workers", new() { Workers = 3, MaxInFlight = 2 }, "raise MaxInFlight to 3" },
        { "no bytes", new() { MaxInFlightBytes = 0, SizeOf = _ => 1 }, "use 1 or more" },
        { "bytes of items without size", new() { MaxInFlightBytes = 100 }, "set SizeOf" },
        { "no time for an item", new() { ItemTimeout = TimeSpan.Zero }, "use more than 0" },
        { "negative time for an item", new() { ItemTimeout = TimeSpan.FromSeconds(-1) }, "use more than 0" },
        { "no time to start", new() { StartupTimeout = TimeSpan.Zero }, "use more than 0" },
        { "unknown isolation", new() { Isolation = (Isolation)7 }, "Isolation = 7" },
        { "no policy", new() { Faults = null! }, "use FaultPolicy.Stop" },
        { "no memory", new() { MemoryLimit = 0 }, "4 MiB" },
        { "memory that no runtime starts with", new() { MemoryLimit = (4 << 20) - 1 }, "4 MiB" },
        { "recycled before the first item", new() { RecycleAfter = 0 }, "use 1 or more" },
        { "recycled above nothing", new() { RecycleAboveMemory = 0 }, "use 1 or more" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_that_cannot_work_is_refused_with_the_stage_and_the_cure(string why, StageOptions wrong, string cure)
    {
        var options = wrong with { Name = "the stage" };
        var source = Pipeline.From([1]);
        Func<object>[] definitions =
        [
            () => Pipeline.From(Items.Endless, options),
            () => Pipeline.From(Items.Asynchronous, 1, options),
            () => source.Then(xs => xs.Select(x => x), options),
            () => source.Then((IAsyncEnumerable<int> xs) => xs, options),
            () => source.Select(x => x, options),
            () => source.Select(async x => await Task.FromResult(x), options),
        ];
        Assert.All(definitions, define =>
        {
            var refused = Assert.Throws<PipelineDefinitionException>(define);
            Assert.True(refused.Message.Contains("'the stage'", StringComparison.Ordinal), $"{why}: {refused.Message}");
            Assert.Contains(cure, refused.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void A_blank_name_is_refused(string name) =>
        Assert.Contains("blank Name", Assert.Throws<PipelineDefinitionException>(() => Pipeline.From(Items.Endless, new() { Name = name })).Message, StringComparison.Ordinal);

    [Fact]
    public void Batches_are_checked_too()
    {
        var source = Pipeline.From([1]);
        Refused("Batch", () => source.Batch(0));
        Refused("Batch", () => source.Batch(-1));
        Refused("Batch", () => source.Batch(1, TimeSpan.Zero));
        Refused("pairs", () => source.Batch(2, options: new() { Name = "pairs", Workers = 2 }));
        Refused("pairs", () => source.Batch(2, options: new() { Name = "pairs", Faults = FaultPolicy.Skip }));
        Refused("pairs", () => source.Batch(2, options: new() { Name = "pairs", RecycleAfter = 10 }));
        Refused("pairs", () => source.Batch(2, options: new() { Name = "pairs", RecycleAboveMemory = 1 << 30 }));
    }

    [Fact]
    public Task A_delay_that_no_timer_can_hold_is_refused_or_never_comes() => Within.Time(() =>
    {
        var outcome = Record.Exception(() => Assert.Equal([[1]], Pipeline.From([1]).Batch(2, TimeSpan.MaxValue).AsEnumerable()));
        Assert.True(outcome is null or PipelineDefinitionException, $"{outcome}");
    });

    [Fact]
    public void A_retry_without_an_attempt_or_with_a_negative_pause_is_refused()
    {
        Assert.Throws<PipelineDefinitionException>(() => FaultPolicy.Retry(0));
        Assert.Throws<PipelineDefinitionException>(() => FaultPolicy.Retry(-1));
        Assert.Throws<PipelineDefinitionException>(() => FaultPolicy.Retry(2, TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public void Strings_arrays_and_memory_measure_themselves()
    {
        var bytes = new StageOptions { MaxInFlightBytes = 100 };
        Pipeline.From(["a"], bytes);
        Pipeline.From([new byte[1]], bytes);
        Pipeline.From([new double[1]], bytes);
        Pipeline.From([new Memory<byte>()], bytes);
        Pipeline.From([new ReadOnlyMemory<float>()], bytes);
        Pipeline.From([(string[])["a"]], bytes);
        Pipeline.From([(float[][])[[1]]], bytes);
        Assert.Equal(12, Measure.Of((ReadOnlyMemory<byte>[])[new byte[5], new byte[7]]));
        Assert.Equal(8, Measure.Of((string?[])["ab", null, "cd"]));
        Refused("Source", () => Pipeline.From([new object()], bytes));
        Refused("Source", () => Pipeline.From([(object[])["a"]], bytes));
    }

    private static void Refused(string stage, Func<object> define) =>
        Assert.Contains($"'{stage}'", Assert.Throws<PipelineDefinitionException>(define).Message, StringComparison.Ordinal);
}
