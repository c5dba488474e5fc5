using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>What cannot run in processes is refused before anything starts.</summary>
public class RefusedDefinitions
{
    [Fact]
    public Task A_captured_variable_is_named_with_the_cure() => Within.Time(async () =>
    {
        var threshold = 3;
        await Refused(Pipeline.From([1]).Then(xs => xs.Where(x => x > threshold), Beside.Process with { Name = "filter" }), "'filter'", "captures 'threshold'", "pass it as the argument");
    });

    [Fact]
    public Task So_is_one_that_a_whole_run_in_processes_would_need() => Within.Time(async () =>
    {
        var threshold = 3;
        var pipeline = Pipeline.From([1]).Then(xs => xs.Where(x => x > threshold));
        Assert.Empty(await pipeline.ToListAsync());
        await Refused(pipeline, new RunOptions { Isolation = Isolation.Process }, "captures 'threshold'");
    });

    [Fact]
    public Task Items_that_cannot_cross() => Within.Time(async () =>
    {
        await Refused(Pipeline.From([1]).Then(MakeStreams, Beside.Process), "'MakeStreams'", "Stream");
        await Refused(Pipeline.From(new[] { new object() }).Then(Steps.Pass, Beside.Process), "'Source'", "Object");
        await Refused(Pipeline.From([1]).Then(MakeFunctions).Then(Steps.Pass, Beside.Process), "'MakeFunctions'", "Func");
    });

    [Fact]
    public Task Arguments_that_cannot_cross() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From([1]).Then(Write, Stream.Null, Beside.Process);
        const string complaint = "Stage 'Write': its argument of type Stream cannot cross to another process: Stream is a stream. Give the stage the bytes, or the path to them.";
        Assert.Equal(complaint, (await Assert.ThrowsAsync<PipelineDefinitionException>(() => pipeline.ToListAsync())).Message);
        await Refused(pipeline, new RunOptions { Serializer = new Trusted() }, complaint);
    });

    [Fact]
    public Task A_size_that_looks_at_more_than_the_item() => Within.Time(async () =>
    {
        var factor = 3;
        var options = Beside.Process with { Name = "measured", MaxInFlightBytes = 100, SizeOf = _ => factor };
        await Refused(Pipeline.From([1]).Then(Steps.Pass, options), "'measured'", "its SizeOf captures 'factor'");
        Assert.Equal([1], await Pipeline.From([1]).Then(Steps.Pass, options).ToListAsync(new() { Isolation = Isolation.Thread }));
    });

    [Fact]
    public Task Bytes_of_items_that_nobody_can_measure_where_they_do_not_cross() => Within.Time(() =>
        Refused(Pipeline.From([1]).Then(Steps.Pass, Beside.Process with { MaxInFlightBytes = 100 }), new RunOptions { Isolation = Isolation.Thread }, "set SizeOf"));

    [Fact]
    public Task More_workers_than_a_link_can_tell_apart() => Within.Time(async () =>
    {
        var many = new StageOptions { Name = "many", Workers = 1024 };
        await Refused(Pipeline.From([1]).Then(Steps.Pass, Beside.Process).Then(Steps.Pass, many), "'many'", "1024 workers", "at most 1023");
        await Refused(Pipeline.From([1]).Then(Steps.Pass, many with { Isolation = Isolation.Process }), "'many'", "1024 workers", "at most 1023");
    });

    [Fact]
    public Task Objects_as_sources_and_sinks() => Within.Time(async () =>
    {
        await Refused(Pipeline.From([1], Beside.Process), "object of this process");
        await Assert.ThrowsAsync<PipelineDefinitionException>(() => Pipeline.From([1]).To(xs => xs.ToList(), Beside.Process).RunAsync());
    });

    [Fact]
    public Task A_serializer_that_a_worker_cannot_make() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From([1]).Then(Steps.Pass, Beside.Process);
        await Refused(pipeline, new RunOptions { Serializer = new Configured(1) }, "Configured", "no public constructor without parameters");
        await Refused(pipeline, new RunOptions { Serializer = new Hidden() }, "Hidden", "is not public");
        await Refused(pipeline, new RunOptions { Serializer = new JsonItemSerializer(new System.Text.Json.JsonSerializerOptions()) }, "JsonItemSerializer");
    });

    private static Task Refused<T>(Pipeline<T> pipeline, params string[] complaints) => Refused(pipeline, new RunOptions(), complaints);

    private static async Task Refused<T>(Pipeline<T> pipeline, RunOptions options, params string[] complaints)
    {
        var refused = await Assert.ThrowsAsync<PipelineDefinitionException>(() => pipeline.ToListAsync(options));
        Assert.All(complaints, complaint => Assert.Contains(complaint, refused.Message, StringComparison.Ordinal));
    }

    private static IEnumerable<Stream> MakeStreams(IEnumerable<int> items) => items.Select(_ => Stream.Null);

    private static IEnumerable<Func<int>> MakeFunctions(IEnumerable<int> items) => items.Select(x => new Func<int>(() => x));

    private static IEnumerable<int> Write(IEnumerable<int> items, Stream stream) => items;

    public sealed class Configured : JsonItemSerializer
    {
        public Configured(int depth)
            : base(new System.Text.Json.JsonSerializerOptions { MaxDepth = depth })
        {
        }
    }

    public sealed class Trusted() : JsonItemSerializer(new System.Text.Json.JsonSerializerOptions());

    private sealed class Hidden() : JsonItemSerializer(new System.Text.Json.JsonSerializerOptions());
}
