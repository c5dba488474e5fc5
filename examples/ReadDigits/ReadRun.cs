using Penstock;
using ReadDigits.Pages;
using ReadDigits.Reading;
using ReadDigits.Report;
using ReadDigits.Timelines;

namespace ReadDigits;

/// <summary>A page that could not be read, and why.</summary>
internal sealed record PageAside(string Name, string Stage, string Reason);

/// <summary>One reading of all pages, and what it came to.</summary>
internal sealed record ReadRun(Tally Tally, Timeline Timeline, IReadOnlyList<PageAside> Aside, PipelineSnapshot? Snapshot = null)
{
    public static ReadRun AsPipeline(string title, PageFolder folder, string weights, int workers, Execution execution, IsolatedModel? isolated = null)
    {
        var timeline = new Timeline();
        var aside = new List<PageAside>();
        PipelineRun? run = null;
        var options = new RunOptions
        {
            Execution = execution,
            DeadLetter = letter => aside.Add(new(((IPageItem)letter.Item!).File.Name, letter.Stage, letter.Exception.Message)),
            OnStarted = started => run = started,
        };

        string[] followed = isolated is null ? DigitReader.Stages : [.. DigitReader.Stages.Except([nameof(DigitReader.RunModel)], StringComparer.Ordinal)];
        var tally = Follow(
            title, folder, followed, timeline, () => DigitReader.AsPipeline(folder, weights, workers, timeline, isolated).Run(options));
        timeline.Stop();
        return new(tally, timeline, aside, run?.Snapshot());
    }

    public static ReadRun Plainly(string title, PageFolder folder, string weights)
    {
        var timeline = new Timeline();
        var tally = Follow(title, folder, DigitReader.Stages, timeline, () => DigitReader.Plainly(folder, weights, timeline));
        timeline.Stop();
        return new(tally, timeline, []);
    }

    static Tally Follow(string title, PageFolder folder, IReadOnlyList<string> stages, Timeline timeline, Func<Tally> read) =>
        ProgressDisplay.Follow(title, folder.Files().Count(), "pages", stages, timeline.DoneBy, read);
}
