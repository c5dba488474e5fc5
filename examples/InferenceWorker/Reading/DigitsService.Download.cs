using System.Net;
using InferenceWorker.Jobs;
using Penstock.Hosting;

namespace InferenceWorker.Reading;

/// <summary>An image as it was stored.</summary>
internal sealed record ImageFile(string Name, byte[] Content);

internal static partial class DigitsService
{
    /// <summary>
    /// Gets the image. An image that is not there will not come: the job is rejected. Whatever else fails (the network, the server) may pass:
    /// the queue tries again.
    /// </summary>
    static async ValueTask<ImageFile> DownloadAsync(ReadRequest request, HttpClient files, CancellationToken ct)
    {
        using var response = await files.GetAsync(request.Image, ct);
        if (response.StatusCode == HttpStatusCode.NotFound)
            throw new JobRejectedException($"There is no {request.Image} on the file server.");
        response.EnsureSuccessStatusCode();
        return new(request.Image, await response.Content.ReadAsByteArrayAsync(ct));
    }
}
