using ReadDigits.Digits;

namespace InferenceWorker.Jobs;

/// <summary>Which jobs there will be: mostly tiny ones, a few pages, a little poison, in an order of chance.</summary>
internal static class JobPlan
{
    static readonly JobKind[] Poison = [JobKind.Missing, JobKind.Corrupt, JobKind.Crash];

    public static IReadOnlyList<PlannedJob> Of(FleetOptions options)
    {
        var pages = Share(options.Pages);
        var poison = Math.Min(Share(options.Poison), options.Count - pages);
        var kinds = Enumerable.Repeat(JobKind.Page, pages)
            .Concat(Enumerable.Range(0, poison).Select(number => Poison[number % Poison.Length]))
            .Concat(Enumerable.Repeat(JobKind.Digit, options.Count - pages - poison))
            .ToArray();
        new SeededRandom((ulong)options.Seed).Shuffle<JobKind>(kinds);
        return [.. kinds.Select((kind, index) => new PlannedJob(options.Seed, index + 1, kind))];

        // Some where some are asked for, also of few jobs.
        int Share(double percent) => (int)Math.Ceiling(options.Count * percent / 100);
    }
}
