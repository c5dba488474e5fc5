using Penstock.Tests.Support;

namespace Penstock.Tests.Docs;

/// <summary>The README's first code block is the region below, which runs.</summary>
public class ReadmeSnippet
{
    private const string Folder = "folder";
    private const string ModelPath = "model";

    [Fact]
    public Task The_first_example_runs() => Within.Time(async () =>
    {
        var (folder, modelPath, cancellationToken) = (Folder, ModelPath, CancellationToken.None);
        #region snippet
        var counts = await Pipeline
            .From(LoadImages, folder)                        // IEnumerable<Image>  LoadImages(string folder)
            .Then(Preprocess, new() { Workers = 4 })         // IEnumerable<Tensor> Preprocess(IEnumerable<Image> images)
            .Then(RunModel, modelPath)                       // IEnumerable<Scores> RunModel(IEnumerable<Tensor> tensors, string path)
            .Then(Remap)                                     // IEnumerable<int>    Remap(IEnumerable<Scores> scores)
            .To(Aggregate)                                   // Dictionary<int,int> Aggregate(IEnumerable<int> labels)
            .RunAsync(cancellationToken);
        #endregion
        Assert.Equal(Aggregate(Remap(RunModel(Preprocess(LoadImages(folder)), modelPath))), counts);
    });

    [Fact]
    public void The_README_shows_the_example_that_runs() => Assert.Equal(Snippets.ThatRun(), Snippets.ShownIn("README.md"));

    private static IEnumerable<Image> LoadImages(string folder) => Enumerable.Range(0, 100).Select(n => new Image(folder, n));

    private static IEnumerable<Tensor> Preprocess(IEnumerable<Image> images) => images.Select(i => new Tensor(i.Number * 0.5f));

    private static IEnumerable<Scores> RunModel(IEnumerable<Tensor> tensors, string path) => tensors.Select(t => new Scores((int)t.Value % path.Length));

    private static IEnumerable<int> Remap(IEnumerable<Scores> scores) => scores.Select(s => s.Best);

    private static Dictionary<int, int> Aggregate(IEnumerable<int> labels) => labels.CountBy(label => label).ToDictionary();

    private sealed record Image(string Folder, int Number);

    private sealed record Tensor(float Value);

    private sealed record Scores(int Best);
}
