using System.Diagnostics;
using Penstock;
using ReadDigits.Pages;
using ReadDigits.Reading;
using ReadDigits.Timelines;

namespace ReadDigits;

/// <summary>
/// The same pages read both ways, in turn, for some rounds. The fastest time of each way counts: whatever else happens on a machine can only
/// delay.
/// </summary>
internal sealed record Comparison(ReadRun Pipeline, ReadRun? Plain)
{
    /// <summary>Whether both ways read exactly the same, in the same order.</summary>
    public bool IsSame => Plain is null || Pipeline.Tally.IsSameAs(Plain.Tally);

    public static Comparison Of(PageFolder folder, string weights, int workers, TimeSpan duration, IsolatedModel? isolated)
    {
        // The first pages also pay for compiling the steps. Neither way of reading shall.
        DigitReader.AsPipeline(folder with { Limit = Math.Min(folder.Limit, 8) }, weights, workers, new Timeline()).Run();

        var (pipelines, plains) = (new List<ReadRun>(), new List<ReadRun>());
        var began = Stopwatch.GetTimestamp();
        for (var round = 1; round == 1 || Stopwatch.GetElapsedTime(began) < duration; round++)
        {
            var pipeline = ReadRun.AsPipeline($"Round {round}, pipeline", folder, weights, workers, Execution.Parallel, isolated);
            pipelines.Add(pipeline);
            if (pipeline.Tally.Pages == 0)
                return new(pipeline, Plain: null);

            // A page that cannot be read would end plain composition, or take this process along.
            var readable = folder with { Without = pipeline.Aside.Select(page => page.Name).ToHashSet(StringComparer.Ordinal) };
            plains.Add(ReadRun.Plainly($"Round {round}, plain composition", readable, weights));
        }

        return new(Fastest(pipelines), Fastest(plains));
    }

    static ReadRun Fastest(List<ReadRun> runs) => runs.MinBy(run => run.Timeline.Elapsed)!;
}
