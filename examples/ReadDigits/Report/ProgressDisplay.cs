using ReadDigits.Pages;
using ReadDigits.Reading;
using ReadDigits.Timelines;
using Spectre.Console;

namespace ReadDigits.Report;

/// <summary>Shows how far a piece of work has come: moving bars in a terminal, a line anywhere else.</summary>
internal static class ProgressDisplay
{
    const int RefreshMilliseconds = 100;

    /// <summary>Follows a reading of pages, stage by stage.</summary>
    public static Tally Follow(string title, PageFolder folder, IReadOnlyList<string> stages, Timeline timeline, Func<Tally> read) =>
        Follow(title, folder.Files().Count(), stages, timeline.DoneBy, read);

    /// <summary>Does the work on another thread, and asks meanwhile how many pages each stage has done.</summary>
    public static T Follow<T>(string title, int pages, IReadOnlyList<string> stages, Func<string, int> doneBy, Func<T> work)
    {
        var working = Task.Run(work);
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
            ShowLine(title, pages, () => doneBy(stages[^1]), working);
        else
            ShowBars(title, pages, stages, doneBy, working);
        return working.GetAwaiter().GetResult();
    }

    static void ShowBars(string title, int pages, IReadOnlyList<string> stages, Func<string, int> doneBy, Task working)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{title}[/]");
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(display =>
            {
                var bars = stages.Select(stage => display.AddTask(stage, maxValue: pages)).ToList();
                bool isOver;
                do
                {
                    isOver = HasEnded(working);
                    foreach (var (stage, bar) in stages.Zip(bars))
                        bar.Value = doneBy(stage);
                }
                while (!isOver);
            });
    }

    static void ShowLine(string title, int pages, Func<int> done, Task working)
    {
        Console.Write($"{title}:");
        var (quarter, isOver) = (0, false);
        while (!isOver)
        {
            isOver = HasEnded(working);
            var now = done();
            if (now * 4 / pages == quarter)
                continue;
            quarter = now * 4 / pages;
            Console.Write($" {now}");
        }

        Console.WriteLine($" of {pages} pages");
    }

    // A failure is the caller's to hear of, from the task itself.
    static bool HasEnded(Task working) => Task.WaitAny([working], RefreshMilliseconds) >= 0;
}
