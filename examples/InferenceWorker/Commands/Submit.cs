using InferenceWorker.Files;
using InferenceWorker.Jobs;
using Penstock.Hosting;
using ReadDigits.Report;

namespace InferenceWorker.Commands;

/// <summary><c>submit</c></summary>
internal static class Submit
{
    public static async Task<int> RunAsync(Invocation invocation)
    {
        await using var queue = JobQueue.Open(invocation.Options);
        await SubmitAsync(invocation.Options, queue.Store);
        return 0;
    }

    /// <summary>Submits what the options ask for, and shows how far it has come.</summary>
    public static Task<List<MadeImage>> SubmitAsync(FleetOptions options, IJobStore<ReadRequest> store)
    {
        var plan = JobPlan.Of(options);
        var made = new List<MadeImage>(plan.Count);
        return Task.Run(() => ProgressDisplay.Follow("Submitted", plan.Count, "jobs", ["jobs"], _ => made.Count, () =>
        {
            using var files = FilesClient.Of(options.Files);
            foreach (var image in Submission.SubmitAsync(plan, files, store).ToBlockingEnumerable())
                made.Add(image);
            return made;
        }));
    }
}
