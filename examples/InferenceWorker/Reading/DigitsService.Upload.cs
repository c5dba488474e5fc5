using System.Net.Http.Json;
using InferenceWorker.Jobs;
using Penstock.Hosting;

namespace InferenceWorker.Reading;

internal static partial class DigitsService
{
    /// <summary>
    /// The sink: stores the result under the job's id. The job is completed when this has returned; if the worker dies in between, the job comes
    /// again and its result replaces the first one: a job has one result, however often it came.
    /// </summary>
    public static async ValueTask UploadAsync(Job<PageText> job, HttpClient files, CancellationToken ct)
    {
        var result = new ReadResult(job.Payload.Image, job.Payload.Digits, job.Attempt, [.. job.Log.Select(line => $"{line.Stage}: {line.Text}")]);
        using var response = await files.PutAsJsonAsync(ReadResult.PathOf(job.Id), result, ct);
        response.EnsureSuccessStatusCode();
    }
}
