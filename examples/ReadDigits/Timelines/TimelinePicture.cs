using System.Globalization;
using System.Text;
using ReadDigits.Reading;

namespace ReadDigits.Timelines;

/// <summary>
/// Draws timelines as one SVG file that any browser shows, without network. Above, whole runs on one scale, a colour per stage; below,
/// a short stretch of each, a colour per page, so that the eye can follow a page from stage to stage.
/// </summary>
internal sealed class TimelinePicture
{
    const int Left = 150;
    const int Width = 1000;
    const int RowHeight = 22;
    const int PagesInCloserLook = 6;

    readonly StringBuilder svg = new();
    int top = 20;

    public static string Draw(IReadOnlyList<(string Title, Timeline Timeline)> runs)
    {
        var picture = new TimelinePicture();
        picture.DrawAll(runs);
        return picture.Finish();
    }

    void DrawAll(IReadOnlyList<(string Title, Timeline Timeline)> runs)
    {
        var longest = runs.Max(run => run.Timeline.Elapsed);
        foreach (var (title, timeline) in runs)
            DrawRun(FormattableString.Invariant($"{title}: {timeline.Elapsed.TotalSeconds:F2} s"), timeline, TimeSpan.Zero, longest, ColourOfStage);

        var closer = longest * PagesInCloserLook / runs.Max(run => run.Timeline.DoneBy(DigitReader.Stages[^1]));
        foreach (var (title, timeline) in runs)
        {
            var from = timeline.Elapsed / 2;
            DrawRun($"{title}, a closer look (a colour and number per page)", timeline, from, closer, ColourOfPage);
        }
    }

    void DrawRun(string title, Timeline timeline, TimeSpan from, TimeSpan length, Func<string, int, string> colour)
    {
        Append($"<text class='title' x='{Left}' y='{top + 12}'>{title}</text>");
        top += 22;
        var scale = Width / length.TotalMilliseconds;
        var lanes = timeline.Lanes;
        DrawAxis(top + lanes.Count * RowHeight, from.TotalMilliseconds, length.TotalMilliseconds, scale);
        foreach (var lane in lanes)
        {
            Append($"<text x='{Left - 8}' y='{top + 15}' text-anchor='end'>{NameOf(lane, timeline)}</text>");
            Append($"<line class='row' x1='{Left}' x2='{Left + Width}' y1='{top + RowHeight / 2}' y2='{top + RowHeight / 2}'/>");
            DrawLane(lane, timeline.Start, from.TotalMilliseconds, scale, colour);
            top += RowHeight;
        }

        top += 44;
    }

    void DrawLane(Lane lane, long start, double from, double scale, Func<string, int, string> colour)
    {
        foreach (var (page, began, ended) in lane.Stretches)
        {
            var (begin, end) = (Milliseconds(start, began), Milliseconds(start, ended));
            var (x0, x1) = (Math.Max(0, (begin - from) * scale), Math.Min(Width, (end - from) * scale));
            if (x1 <= x0)
                continue;
            Append($"<rect x='{Left + x0:F2}' y='{top + 2}' width='{x1 - x0:F2}' height='{RowHeight - 4}' fill='{colour(lane.Stage, page)}'>");
            Append($"<title>{lane.Stage}, page {page}: {end - begin:F2} ms, from {begin:F1} to {end:F1} ms</title></rect>");
            if (x1 - x0 > 24)
                Append($"<text class='page' x='{Left + (x0 + x1) / 2:F2}' y='{top + 15}'>{page}</text>");
        }
    }

    void DrawAxis(int bottom, double from, double length, double scale)
    {
        var step = StepOf(length);
        for (var at = Math.Ceiling(from / step) * step; at <= from + length; at += step)
        {
            var x = Left + (at - from) * scale;
            Append($"<line x1='{x:F2}' x2='{x:F2}' y1='{top}' y2='{bottom + 4}'/>");
            Append($"<text class='tick' x='{x:F2}' y='{bottom + 16}'>{at:0.#} ms</text>");
        }
    }

    string Finish() => $$"""
        <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {{Left + Width + 40}} {{top}}' font-family='system-ui, sans-serif' font-size='12'>
        <style>
          svg { background: #fff } text { fill: #333 } .title { font-size: 14px; font-weight: 600 }
          .page { fill: #fff; text-anchor: middle; font-size: 11px } .tick { fill: #777; text-anchor: middle; font-size: 10px }
          line { stroke: #bbb; stroke-width: 0.5 } .row { stroke: #ddd; stroke-width: 1 }
        </style>
        {{svg}}</svg>

        """;

    void Append(FormattableString element) => svg.AppendLine(element.ToString(CultureInfo.InvariantCulture));

    // Stages with several workers number them.
    static string NameOf(Lane lane, Timeline timeline) =>
        timeline.Lanes.Count(other => string.Equals(other.Stage, lane.Stage, StringComparison.Ordinal)) > 1
            ? FormattableString.Invariant($"{lane.Stage} #{lane.Worker + 1}")
            : lane.Stage;

    static double Milliseconds(long start, long tick) => System.Diagnostics.Stopwatch.GetElapsedTime(start, tick).TotalMilliseconds;

    // 1, 2 or 5 times a power of ten, for about ten ticks.
    static double StepOf(double length)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(length / 10)));
        return (length / 10 / power) switch { > 5 => 10 * power, > 2 => 5 * power, > 1 => 2 * power, _ => power };
    }

    static string ColourOfStage(string stage, int page)
    {
        string[] colours = ["#4477aa", "#228833", "#cc3311", "#aa3377", "#777777"];
        return colours[Array.IndexOf(DigitReader.Stages, stage)];
    }

    // The golden angle: neighbours in number are far apart in colour.
    static string ColourOfPage(string stage, int page) => FormattableString.Invariant($"hsl({page * 137.5 % 360:F0},55%,45%)");
}
