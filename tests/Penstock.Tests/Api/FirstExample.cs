using Penstock.Tests.Support;

namespace Penstock.Tests.Api;

/// <summary>The pipeline that everything is designed for, with stages that only pretend.</summary>
public class FirstExample
{
    private sealed record Image(string Path);

    private sealed record Tensor(string Path);

    private sealed record Scores(string Path, string Model);

    private sealed record Label(string Name);

    [Fact]
    public Task A_pipeline_of_four_generators_reads_as_plain_composition() => Within.Time(async () =>
    {
        var pipeline = Pipeline
            .From(LoadImages, "folder")
            .Then(Preprocess, new() { Workers = 4 })
            .Then(RunModel, "model", new() { Isolation = Isolation.Thread })
            .Then(Remap)
            .To(Aggregate);

        var counts = await pipeline.RunAsync(CancellationToken.None);

        Assert.Equal(Aggregate(Remap(RunModel(Preprocess(LoadImages("folder")), "model"))), counts);
        Assert.Equal("LoadImages ─7→ Preprocess ×4 ─7→ RunModel ─4→ Remap ─4→ Aggregate", pipeline.ToString());
    });

    [Fact]
    public Task Each_way_to_run_gives_the_result() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(LoadImages, "folder").Then(Preprocess).Then(RunModel, "model").Then(Remap).To(Aggregate);
        var expected = pipeline.Run(new() { Execution = Execution.Sequential });

        Assert.Equal(expected, pipeline.Run());
        Assert.Equal(expected, pipeline.Run(new(), CancellationToken.None));
        Assert.Equal(expected, pipeline.Run(CancellationToken.None));
        Assert.Equal(expected, await pipeline.RunAsync());
        Assert.Equal(expected, await pipeline.RunAsync(CancellationToken.None));
        Assert.Equal(expected, await pipeline.RunAsync(new() { Name = "named" }));
        Assert.Equal(expected, await pipeline.RunAsync(new RunOptions { Name = "named" }, CancellationToken.None));
        Assert.Equal(expected, await pipeline.Start().Completion);
        await using PipelineRun<Dictionary<string, int>> run = pipeline.Start(new() { Name = "named" }, CancellationToken.None);
        Assert.Equal("named", run.Name);
        Assert.Equal(expected, await run.Completion);

        RunnablePipeline drop = Pipeline.From(LoadImages, "folder").To(Items.Drop);
        drop.Run();
        drop.Run(CancellationToken.None);
        await drop.RunAsync(CancellationToken.None);
        await using PipelineRun started = drop.Start(ct: CancellationToken.None);
        await started.Completion;
    });

    private static IEnumerable<Image> LoadImages(string folder)
    {
        for (var i = 0; i < 100; i++)
            yield return new Image($"{folder}/{i}");
    }

    private static IEnumerable<Tensor> Preprocess(IEnumerable<Image> images)
    {
        foreach (var image in images)
            yield return new Tensor(image.Path);
    }

    private static IEnumerable<Scores> RunModel(IEnumerable<Tensor> tensors, string path)
    {
        foreach (var tensor in tensors)
            yield return new Scores(tensor.Path, path);
    }

    private static IEnumerable<Label> Remap(IEnumerable<Scores> scores)
    {
        foreach (var score in scores)
            yield return new Label(score.Path[^1..]);
    }

    private static Dictionary<string, int> Aggregate(IEnumerable<Label> labels) =>
        labels.CountBy(l => l.Name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
}
