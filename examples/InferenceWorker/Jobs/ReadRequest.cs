namespace InferenceWorker.Jobs;

/// <summary>A job: read the digits on an image.</summary>
/// <param name="Image">The image's name on the file server, as in <c>images/seed1-0001-page.png</c>.</param>
internal sealed record ReadRequest(string Image);

/// <summary>What has come of a job, as it is stored under the job's id.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Digits">What it says, a line for each row; a dot where there is nothing to read.</param>
/// <param name="Attempt">Which try succeeded.</param>
/// <param name="Log">What was logged while the job was worked on.</param>
internal sealed record ReadResult(string Image, string Digits, int Attempt, IReadOnlyList<string> Log)
{
    /// <summary>Where a job's result is stored. The name is the job's, so a job that is worked on twice still has one result.</summary>
    public static string PathOf(string job) => $"results/{job}.json";
}
