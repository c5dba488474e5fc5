using Penstock.Hosting.Tests.Queues;
using Penstock.Tests.Docs;

namespace Penstock.Hosting.Tests.Docs;

/// <summary>The code blocks of docs/fleet.md about the embedded queue, which run.</summary>
public sealed class FleetSnippets : IDisposable
{
    private readonly QueueFolder folder = new();

    public void Dispose() => folder.Delete();

    [Fact]
    public void The_guide_shows_what_runs() => Assert.Subset(Snippets.ShownIn("docs/fleet.md").ToHashSet(), Snippets.ThatRun().ToHashSet());

    [Fact(Timeout = 120_000)]
    public async Task A_file_is_a_queue_and_keeps_what_was_put_aside()
    {
        await using (var other = new SqliteJobQueue<ScanJob>(folder.File))
        {
            await using var puller = new Puller<ScanJob>(other);
            foreach (var name in (string[])["page-2", "page-3"])
            {
                await other.SubmitAsync(new ScanJob(name), name);
                await other.FailAsync(await puller.NextAsync(), new JobRejectedException("blank"), default);
            }
        }

        var path = folder.File;

        #region snippet
        await using var queue = new SqliteJobQueue<ScanJob>(path);
        var id = await queue.SubmitAsync(new ScanJob("page-1.png"));
        #endregion

        #region snippet
        await foreach (var dead in queue.DeadJobsAsync())
            Console.WriteLine($"{dead.Id}: {dead.Reason}");
        await queue.RetryDeadAsync("page-2");
        await queue.DeleteDeadAsync("page-3");
        #endregion

        Assert.NotEmpty(id);
        Assert.Equal(new JobCounts(Waiting: 2, InProgress: 0, Dead: 0), await queue.CountAsync());
    }

    private sealed record ScanJob(string File);
}
