using Spectre.Console;

namespace ReadDigits.Report;

/// <summary>Shows how far a piece of work has come: moving bars in a terminal, a line anywhere else.</summary>
internal static class ProgressDisplay
{
    const int RefreshMilliseconds = 100;

    /// <summary>Does the work on another thread, and asks meanwhile how many items each stage has done.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="total">How many items there are.</param>
    /// <param name="items">What they are, in the plural.</param>
    /// <param name="stages">The last one's progress is the whole's.</param>
    /// <param name="doneBy">How many items a stage has done.</param>
    /// <param name="work">The work.</param>
    public static T Follow<T>(string title, int total, string items, IReadOnlyList<string> stages, Func<string, int> doneBy, Func<T> work)
    {
        var working = Task.Run(work);
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
            ShowLine(title, total, items, () => doneBy(stages[^1]), working);
        else
            ShowBars(title, total, stages, doneBy, working);
        return working.GetAwaiter().GetResult();
    }

    static void ShowBars(string title, int total, IReadOnlyList<string> stages, Func<string, int> doneBy, Task working)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{title}[/]");
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(display =>
            {
                var bars = stages.Select(stage => display.AddTask(stage, maxValue: total)).ToList();
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

    static void ShowLine(string title, int total, string items, Func<int> done, Task working)
    {
        Console.Write($"{title}:");
        var (quarter, isOver) = (0, false);
        while (!isOver)
        {
            isOver = HasEnded(working);
            var now = done();
            if (now * 4 / total == quarter)
                continue;
            quarter = now * 4 / total;
            Console.Write($" {now}");
        }

        Console.WriteLine($" of {total} {items}");
    }

    // A failure is the caller's to hear of, from the task itself.
    static bool HasEnded(Task working) => Task.WaitAny([working], RefreshMilliseconds) >= 0;
}
