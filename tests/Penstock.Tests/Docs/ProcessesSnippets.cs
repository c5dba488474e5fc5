using System.Runtime.InteropServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Docs;

/// <summary>The code blocks of docs/processes.md are the regions below, which run; the errors that it shows are those that come.</summary>
public partial class ProcessesSnippets
{
    private const string Folder = "folder";
    private const string ModelPath = "model";

    private static readonly StageOptions Isolated = new() { Isolation = Isolation.Process };

    [Fact]
    public void The_guide_shows_what_runs() => Assert.Equal(Snippets.ThatRun(), Snippets.ShownIn(Guide));

    [Fact]
    public Task A_stage_runs_in_a_process() => Within.Time(async () =>
    {
        var (folder, modelPath) = (Folder, ModelPath);
        #region snippet
        var scores = await Pipeline
            .From(LoadImages, folder)
            .Then(RunModel, modelPath, new() { Isolation = Isolation.Process })
            .To(Collect)
            .RunAsync();
        #endregion
        Assert.Equal(Collect(RunModel(LoadImages(folder), modelPath)).Select(s => (s.Path, s.Values[0])), scores.Select(s => (s.Path, s.Values[0])));
    });

    #region snippet
    public sealed record Image(string Path, byte[] Pixels);

    public sealed record Scores(string Path, float[] Values);
    #endregion

    #region snippet
    private static IEnumerable<Buffer<float>> LoadFrames(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var frame = Buffer<float>.Rent(FrameLength); // the memory of the next item's slot
            ReadFrame(path, frame.Span);
            yield return frame;
        }
    }

    private static IEnumerable<float> Brightness(IEnumerable<Buffer<float>> frames)
    {
        foreach (var frame in frames)
            yield return Average(frame.Span); // the same memory, until the next one is asked for
    }
    #endregion

    [Fact]
    public Task Buffers_are_filled_and_read_in_place() => Within.Time(async () =>
    {
        string[] paths = ["a", "bb", "ccc"];
        Assert.Equal([1, 2, 3], await Pipeline.From(paths).Then(LoadFrames).Then(Brightness, Isolated).To(xs => xs.ToList()).RunAsync());
        Assert.Equal([1, 2, 3], Brightness(LoadFrames(paths)));
        var kept = await Pipeline.From(paths).Then(LoadFrames, Isolated).To(xs => xs.ToList()).RunAsync();
        Shows(Assert.Throws<ObjectDisposedException>(() => kept[0].Span.Length).Message.Split('\n')[0]);
    });

    [Fact]
    public Task The_options_of_processes_take_effect() => Within.Time(async () =>
    {
        #region snippet
        var options = new StageOptions
        {
            Isolation = Isolation.Process,
            Workers = 2,
            Faults = FaultPolicy.Retry(2),
            ItemTimeout = TimeSpan.FromSeconds(10),
            StartupTimeout = TimeSpan.FromMinutes(2),
            WorkerEnvironment = worker => new Dictionary<string, string> { ["CUDA_VISIBLE_DEVICES"] = $"{worker}" },
            MemoryLimit = 1L << 30,
            RecycleAfter = 10_000,
            RecycleAboveMemory = 4L << 30,
            MaxInFlightBytes = 64 << 20,
        };
        #endregion
        var devices = await Pipeline.From(LoadImages, Folder).Then(TellDevice, options).To(xs => xs.ToHashSet()).RunAsync();
        Assert.Subset(new HashSet<string?> { "0", "1" }, devices);
    });

    [Fact]
    public Task A_crash_goes_the_way_of_the_policy() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(LoadImages, Folder).Then(RunFragileModel, ModelPath, Isolated with { Name = "RunModel", Faults = FaultPolicy.Skip }).To(Collect);
        var log = new StringWriter();
        #region snippet
        var scores = await pipeline.RunAsync(new RunOptions
        {
            DeadLetter = letter => log.WriteLine($"{(letter.Item as Image)?.Path}: {letter.Exception.Message}"),
        });
        #endregion
        Assert.Equal(9, scores.Count);
        Assert.Equal("folder/4.png: Stage 'RunModel', worker 0: its process was ended by SIGSEGV while it held item 4.", log.ToString().Trim());
        Shows("Stage 'RunModel', worker 0: its process was ended by SIGSEGV while it held item 4.");
    });

    [Fact]
    public Task Setup_methods_run_in_workers() => Within.Time(async () =>
        Assert.True(await Pipeline.From([new Image("one", [])]).Then(TellSwitch, Isolated).To(xs => xs.Single()).RunAsync()));

    #region snippet
    [PipelineWorkerSetup]
    internal static void PrepareWorker() => AppContext.SetSwitch("MyModel.Quiet", true);
    #endregion

    [Fact]
    public void Asking_for_a_worker_is_harmless_elsewhere() =>
    #region snippet
        PipelineWorker.RunIfRequested(); // the first line of Main
    #endregion

    [Fact]
    public Task A_sequential_run_starts_no_process() => Within.Time(() =>
    {
        var pipeline = Pipeline.From(() => Enumerable.Range(1, 1)).Then(TellProcess, Isolated);
        #region snippet
        var here = pipeline.AsEnumerable(new RunOptions { Execution = Execution.Sequential });
        #endregion
        Assert.Equal([Environment.ProcessId], here);
        Assert.NotEqual([Environment.ProcessId], pipeline.AsEnumerable());
    });

    [Fact]
    public Task What_cannot_cross_is_refused_as_the_guide_says() => Within.Time(() =>
    {
        var modelPath = ModelPath;
        Refused(Pipeline.From(LoadImages, Folder).Then(images => RunModel(images, modelPath), Isolated));
        Refused(Pipeline.From(OpenFiles).Then(xs => xs.Select(x => 1), Isolated with { Name = "Measure" }));
        Refused(Pipeline.From(Count).Then(xs => xs.Select(x => 1), Isolated with { Name = "Measure" }));
        Refused(Pipeline.From(ListShapes).Then(xs => xs.Select(x => 1), Isolated with { Name = "Measure" }));
        Refused(Pipeline.From(LoadImages, Folder).Then(RunModel, ModelPath, Isolated with { MaxInFlightBytes = 1000, SizeOf = _ => modelPath.Length }));
    });

    [Fact]
    public Task A_stuck_process_is_killed_as_the_guide_says() => Within.Time(async () =>
    {
        var error = await Assert.ThrowsAsync<WorkerStuckException>(() =>
            Pipeline.From(LoadImages, Folder).Then(Sleep, Isolated with { Name = "RunModel", ItemTimeout = TimeSpan.FromSeconds(1) }).To(xs => xs.Count()).RunAsync());
        Shows(error.Message);
    });

    private const string Guide = "docs/processes.md";

    private static void Refused<T>(Pipeline<T> pipeline) => Shows(Assert.Throws<PipelineDefinitionException>(() => pipeline.AsEnumerable().Count()).Message);

    private static void Shows(string message) => Assert.True(Snippets.Read(Guide).Contains(message, StringComparison.Ordinal), $"The guide does not show: {message}");

    private const int FrameLength = 100_000;

    private static float Average(ReadOnlySpan<float> frame)
    {
        var sum = 0f;
        foreach (var value in frame)
            sum += value;
        return sum / frame.Length;
    }

    private static void ReadFrame(string path, Span<float> frame) => frame.Fill(path.Length);

    private static IEnumerable<Image> LoadImages(string folder) => Enumerable.Range(0, 10).Select(n => new Image($"{folder}/{n}.png", [(byte)n, 1]));

    private static IEnumerable<Scores> RunModel(IEnumerable<Image> images, string path) => images.Select(image => new Scores(image.Path, [image.Pixels[0] * path.Length]));

    private static IEnumerable<Scores> RunFragileModel(IEnumerable<Image> images, string path) => RunModel(images.Select(image => image.Pixels[0] is 4 ? Crash(image) : image), path);

    private static List<Scores> Collect(IEnumerable<Scores> scores) => [.. scores];

    private static IEnumerable<string?> TellDevice(IEnumerable<Image> images) => images.Select(_ => Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"));

    private static IEnumerable<bool> TellSwitch(IEnumerable<Image> images) => images.Select(_ => AppContext.TryGetSwitch("MyModel.Quiet", out var isOn) && isOn);

    private static IEnumerable<int> TellProcess(IEnumerable<int> items) => items.Select(_ => Environment.ProcessId);

    private static IEnumerable<int> Sleep(IEnumerable<Image> images) => images.Select(_ =>
    {
        Thread.Sleep(Timeout.Infinite);
        return 0;
    });

    private static IEnumerable<OpenImage> OpenFiles() => [];

    private static IEnumerable<Counter> Count() => [];

    private static IEnumerable<IShape> ListShapes() => [];

    private static Image Crash(Image image)
    {
        _ = LengthOf(1);
        return image;
    }

    [DllImport("libc", EntryPoint = "strlen")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nuint LengthOf(nint text);

    public sealed record OpenImage(string Path, Stream Content);

    public sealed class Counter
    {
        private int count;

        public void Add() => count++;
    }

    public interface IShape;
}
