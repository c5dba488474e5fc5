namespace Penstock.Hosting.TestApp;

/// <summary>Says before and after each step what it does, so that the diary of a killed one leaves open only what is open.</summary>
internal static class Worker
{
    /// <summary>Of the jobs that it pulls.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(string file, string diaryFile, int seed)
    {
        using var diary = new Diary(diaryFile);
        await using var queue = new SqliteJobQueue<int>(file, new() { Lease = Lease, Backoff = TimeSpan.FromMilliseconds(20), MaxAttempts = 1000 });
        var tasks = Enumerable.Range(0, 3).Select(i => PullAsync(queue, diary, new Random(seed + i))).Append(SubmitAsync(queue, diary, new Random(seed + 3)));
        // The end of the input is that of the tests, however they ended.
        await await Task.WhenAny(tasks.Append(Task.Run(Console.In.ReadToEnd)));
    }

    private static async Task SubmitAsync(SqliteJobQueue<int> queue, Diary diary, Random random)
    {
        while (true)
        {
            await Task.WhenAll(Enumerable.Range(0, random.Next(1, 6)).Select(async i =>
            {
                var id = Guid.NewGuid().ToString("N");
                diary.Write("submitting", id);
                await queue.SubmitAsync(i, id);
                diary.Write("submitted", id);
            }));
            await Task.Delay(random.Next(40));
        }
    }

    private static async Task PullAsync(SqliteJobQueue<int> queue, Diary diary, Random random)
    {
        await foreach (var job in queue.PullAsync(CancellationToken.None))
        {
            diary.Write("took", job.Id);
            await Task.Delay(random.Next(10));
            try
            {
                await SettleAsync(queue, job, diary, random.Next(10));
            }
            catch (JobLeaseLostException)
            {
                // The machine had no time for this process, and somebody else has got the job.
            }
        }
    }

    private static async Task SettleAsync(SqliteJobQueue<int> queue, Job<int> job, Diary diary, int how)
    {
        switch (how)
        {
            case 0:
                diary.Write("failing", job.Id);
                await queue.FailAsync(job, new IOException("as it happens"), default);
                break;
            case 1:
                diary.Write("releasing", job.Id);
                await queue.ReleaseAsync(job, default);
                break;
            case 2:
                await queue.ExtendAsync(job, Lease, default);
                goto default;
            default:
                diary.Write("completing", job.Id);
                await queue.CompleteAsync(job, default);
                diary.Write("completed", job.Id);
                break;
        }
    }
}
