using System.Globalization;
using InferenceWorker.Files;

namespace Penstock.Fleet.Tests.Fleets;

/// <summary>
/// Keeps some jobs where a kill hurts, until there is one: waiting for their image, or with their result stored and the job not completed.
/// Each job is kept once, so that it cannot run out of tries.
/// </summary>
internal sealed class Hostages
{
    private const int OneOf = 8;

    private readonly Lock gate = new();
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private TaskCompletionSource release = New();
    private bool isOver;

    /// <summary>The results that were kept.</summary>
    public Chronicle<StoredFile> Results { get; } = new();

    public Task HoldImageAsync(string image) => HoldAsync(image, remainder: 0);

    public Task HoldResultAsync(StoredFile result)
    {
        var holding = HoldAsync(result.Path, remainder: 4);
        if (!holding.IsCompleted)
            Results.Add(result);
        return holding;
    }

    /// <summary>A kill is over: those whose worker survived go on.</summary>
    /// <param name="last">Whether none will follow: nothing is kept from now on.</param>
    public void Release(bool last)
    {
        lock (gate)
        {
            isOver = last;
            release.SetResult();
            release = New();
        }
    }

    private Task HoldAsync(string path, int remainder)
    {
        // images/seed1-0017-page.png is of job 17.
        var number = int.Parse(Path.GetFileNameWithoutExtension(path).Split('-')[1], CultureInfo.InvariantCulture);
        lock (gate)
            return !isOver && number % OneOf == remainder && taken.Add(path) ? release.Task : Task.CompletedTask;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
