using System.Globalization;
using InferenceWorker.Jobs;
using Penstock;
using Penstock.Hosting;

namespace InferenceWorker.Commands;

/// <summary>What the demo says at its end.</summary>
internal static class Summary
{
    /// <returns>Whether it adds up: each job has a result or was put aside, and the latter are just those that must be.</returns>
    public static async Task<bool> WriteAsync(
        List<MadeImage> jobs, Journal journal, IJobStore<ReadRequest> store, TimeSpan elapsed, PipelineSnapshot snapshot)
    {
        var dead = new List<DeadJob>();
        await foreach (var job in store.DeadJobsAsync())
            dead.Add(job);
        var counts = await store.CountAsync();

        Write($"\n{jobs.Count:N0} jobs submitted = {journal.Results.Count:N0} results stored + {dead.Count:N0} jobs put aside.");
        foreach (var kind in jobs.GroupBy(made => made.Job.Kind).OrderBy(kind => kind.Key))
        {
            var stored = kind.Where(made => journal.Results.ContainsKey(made.Job.Id)).ToList();
            Write($"  {kind.Key.ToString().ToLowerInvariant(),-8} {kind.Count(),6:N0} submitted {stored.Count,6:N0} stored {TimesOf(stored, journal)}");
        }

        foreach (var job in dead)
            Write($"Put aside {job.Id}, tried {job.Attempts}×: {job.Reason[(job.Reason.IndexOf(": ", StringComparison.Ordinal) + 2)..]}");
        Write($"\n{journal.Results.Count / elapsed.TotalSeconds:F0} jobs/s for {elapsed.TotalSeconds:F1} s. {snapshot.Verdict}");

        var isRight = journal.Results.Count + dead.Count == jobs.Count && (counts.Waiting, counts.InProgress ?? 0) == (0, 0)
            && dead.Select(job => job.Id).ToHashSet(StringComparer.Ordinal).SetEquals(jobs.Where(made => made.Job.IsPoison).Select(made => made.Job.Id));
        if (!isRight)
            Console.Error.WriteLine("This does not add up, which must not happen.");
        return isRight;
    }

    static string TimesOf(List<MadeImage> stored, Journal journal)
    {
        if (stored.Count == 0)
            return "";
        var times = stored.Select(made => journal.Results[made.Job.Id].TotalMilliseconds).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"in {times[times.Count / 2]:F0} ms (median), {times[times.Count * 99 / 100]:F0} ms (99 %)");
    }

    static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
