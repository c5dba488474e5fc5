using Penstock;
using Penstock.Hosting;

namespace InferenceWorker.Jobs;

/// <summary>Makes images, uploads them, and submits a job for each: in a pipeline, of course.</summary>
internal static class Submission
{
    public static IAsyncEnumerable<MadeImage> SubmitAsync(IReadOnlyList<PlannedJob> plan, HttpClient files, IJobStore<ReadRequest> store) => Pipeline
        .From(plan)
        .Select(ImageMaker.Default.Make, new() { Name = "Make", Workers = Environment.ProcessorCount })
        .Select((MadeImage image, CancellationToken ct) => UploadAsync(image, files, ct), new() { Name = "Upload", Workers = 8 })
        .Select((MadeImage image, CancellationToken ct) => SubmitAsync(image, store, ct), new() { Name = "Submit", Workers = 8 })
        .AsAsyncEnumerable();

    static async ValueTask<MadeImage> UploadAsync(MadeImage image, HttpClient files, CancellationToken ct)
    {
        if (image.Job.Kind == JobKind.Missing)
            return image;
        using var content = new ByteArrayContent(image.File);
        using var response = await files.PutAsync(image.Job.Image, content, ct);
        response.EnsureSuccessStatusCode();
        return image;
    }

    // Behind the upload: a job must not be pulled before its image is there.
    static async ValueTask<MadeImage> SubmitAsync(MadeImage image, IJobStore<ReadRequest> store, CancellationToken ct)
    {
        await store.SubmitAsync(new(image.Job.Image), image.Job.Id, ct);
        return image;
    }
}
