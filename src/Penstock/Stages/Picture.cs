using System.Globalization;
using System.Text;

namespace Penstock.Stages;

/// <summary>Draws a pipeline's description: stages with their workers, links with their capacity.</summary>
internal static class Picture
{
    /// <summary>For example <c>LoadImages ─7→ Preprocess ×4 ─7→ RunModel ⧉ ─4→ …</c>: ×4 workers, ⧉ own process, 7 items in flight.</summary>
    public static string Line(Stage last)
    {
        var text = new StringBuilder();
        foreach (var (stage, capacity) in Links(last))
        {
            text.Append(Label(stage));
            if (capacity is not null)
                text.Append(" ─").Append(capacity).Append("→ ");
        }

        return last.Kind == StageKind.Sink ? text.ToString() : text.Append('…').ToString();
    }

    public static string Mermaid(Stage last)
    {
        var text = new StringBuilder("flowchart LR\n");
        var number = 0;
        foreach (var (stage, _) in Links(last))
        {
            var (open, close) = stage.Kind == StageKind.Stage ? ("[", "]") : ("([", "])");
            text.Append(CultureInfo.InvariantCulture, $"    s{number++}{open}\"{Escape(Label(stage))}\"{close}\n");
        }

        number = 0;
        foreach (var (_, capacity) in Links(last))
        {
            if (capacity is not null && (number < last.Path().Count() - 1))
                text.Append(CultureInfo.InvariantCulture, $"    s{number} -->|{capacity}| s{number + 1}\n");
            number++;
        }

        return text.ToString();
    }

    private static IEnumerable<(Stage Stage, int? Capacity)> Links(Stage last)
    {
        var path = last.Path().ToArray();
        for (var i = 0; i < path.Length; i++)
        {
            var isSink = path[i].Kind == StageKind.Sink;
            var nextWorkers = i + 1 < path.Length ? path[i + 1].Options.Workers : 1;
            yield return (path[i], isSink ? null : path[i].CapacityBefore(nextWorkers));
        }
    }

    private static string Label(Stage stage)
    {
        var workers = stage.Options.Workers > 1 ? $" ×{stage.Options.Workers}" : "";
        var process = stage.Options.Isolation == Isolation.Process ? " ⧉" : "";
        return stage.Name + workers + process;
    }

    private static string Escape(string label) => label.Replace("\"", "#quot;", StringComparison.Ordinal);
}
