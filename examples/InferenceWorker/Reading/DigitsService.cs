using InferenceWorker.Jobs;
using Penstock;

namespace InferenceWorker.Reading;

/// <summary>
/// Reads the digits on an image: the steps between a job and its result. Each is in a file of its own. The queue is before the
/// first, <see cref="UploadAsync"/> behind the last.
/// </summary>
internal static partial class DigitsService
{
    // Of downloads: they only wait, so many at once cost nothing.
    const int Downloads = 16;

    // Of pages whose strips are on their way. More would cost memory, fewer could leave the model without work.
    const int OpenImages = 8;

    /// <summary>The pipeline of one worker.</summary>
    public static Pipeline<PageText> Read(this Pipeline<ReadRequest> requests, HttpClient files, string weights) => requests
        .Select((ReadRequest request, CancellationToken ct) => DownloadAsync(request, files, ct), new() { Name = "Download", Workers = Downloads })
        .ScatterGather(
            Split,
            strips => strips
                .Then(Preprocess, new() { Workers = Environment.ProcessorCount })
                .Then(RunModel, weights, new() { Isolation = Isolation.Process, ItemTimeout = TimeSpan.FromSeconds(10) })
                .Then(Postprocess),
            Join,
            OpenImages);
}
