using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Penstock.Hosting.Tests.Queues;
using Penstock.Tests.Docs;

namespace Penstock.Hosting.Tests.Docs;

/// <summary>The code blocks of docs/fleet.md about the hosted worker, which run.</summary>
public sealed class WorkerSnippets : IDisposable
{
    private static readonly TaskCompletionSource<string> Uploaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly QueueFolder folder = new();

    public void Dispose() => folder.Delete();

    [Fact]
    public void The_guide_shows_what_runs() => Assert.Subset(Snippets.ShownIn("docs/fleet.md").ToHashSet(), Snippets.ThatRun().ToHashSet());

    [Fact(Timeout = 120_000)]
    public async Task A_worker_is_a_few_lines()
    {
        var (args, path) = (Array.Empty<string>(), folder.File);

        #region snippet
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddSqliteJobQueue<ScanJob>(path);
        builder.Services.AddPipelineWorker<ScanJob, Text>(
            jobs => jobs
                .Then(Download, new() { Workers = 8 })                            // async IAsyncEnumerable<Image> Download(IAsyncEnumerable<ScanJob> jobs, CancellationToken ct)
                .Then(Clean, new() { Workers = 2 })                               // IEnumerable<Image> Clean(IEnumerable<Image> images)
                .Then(Read, "model.bin", new() { Isolation = Isolation.Process }), // IEnumerable<Text> Read(IEnumerable<Image> images, string model)
            async (job, ct) => await UploadAsync($"results/{job.Id}", job.Payload, ct));
        #endregion

        using var host = builder.Build();
        var store = host.Services.GetRequiredService<IJobStore<ScanJob>>();
        await host.StartAsync();
        await store.SubmitAsync(new ScanJob("page-1.png"), "page-1");
        Assert.Equal("results/page-1: PAGE-1.PNG read by model.bin", await Uploaded.Task);
        await host.StopAsync();
        Assert.Equal(new JobCounts(Waiting: 0, InProgress: 0, Dead: 0), await store.CountAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_sink_opens_a_scope_for_each_job()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddInMemoryJobQueue<ScanJob>();
        builder.Services.AddScoped<Archive>();

        #region snippet
        builder.Services.AddPipelineWorker<ScanJob, Text>(
            jobs => jobs.Then(Download).Then(Clean).Then(Read, "model.bin"),
            provider => async (job, ct) =>
            {
                await using var scope = provider.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<Archive>().StoreAsync(job.Id, job.Payload, ct);
            });
        #endregion

        using var host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<IJobStore<ScanJob>>().SubmitAsync(new ScanJob("page-1.png"), "page-1");
        Assert.Equal("page-1: PAGE-1.PNG read by model.bin", await Archive.Stored.Task);
        await host.StopAsync();
    }

    #region snippet
    private static IEnumerable<Text> Read(IEnumerable<Image> images, string model)
    {
        var log = PipelineContext.Current!.Logger; // also in a process of its own
        foreach (var image in images)
        {
            log.LogInformation("reading {Name}", image.Name);
            yield return new Text($"{image.Name} read by {model}");
        }
    }
    #endregion

    private static async IAsyncEnumerable<Image> Download(IAsyncEnumerable<ScanJob> jobs, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var job in jobs.WithCancellation(ct))
            yield return new Image(job.File);
    }

    private static IEnumerable<Image> Clean(IEnumerable<Image> images)
    {
        foreach (var image in images)
            yield return new Image(image.Name.ToUpperInvariant());
    }

    private static ValueTask UploadAsync(string path, Text text, CancellationToken ct)
    {
        Uploaded.SetResult($"{path}: {text.Words}");
        return default;
    }

    private sealed class Archive
    {
        public static readonly TaskCompletionSource<string> Stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private bool isUsed;

        public ValueTask StoreAsync(string id, Text text, CancellationToken ct)
        {
            ct.ThrowIfCancellationRequested();
            Assert.False(isUsed);
            isUsed = true;
            Stored.SetResult($"{id}: {text.Words}");
            return default;
        }
    }

    internal sealed record ScanJob(string File);

    internal sealed record Image(string Name);

    internal sealed record Text(string Words);
}
