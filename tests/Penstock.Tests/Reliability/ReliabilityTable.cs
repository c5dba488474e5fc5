using System.Text;
using System.Text.RegularExpressions;
using Penstock.Tests.Docs;
using Penstock.Tests.Isolated;

namespace Penstock.Tests.Reliability;

/// <summary>The tables of docs/reliability.md: all that the matrix asserts, in words, with the times of the run that wrote them.</summary>
internal static partial class ReliabilityTable
{
    private const string Document = "docs/reliability.md";

    /// <summary>The tables as they are committed, without the times.</summary>
    public static string Committed => Times().Replace(Generated().Match(Snippets.Read(Document)).Groups["tables"].Value, "| |");

    /// <summary>The tables as they must be, without the times.</summary>
    public static string Expected => Write(new Dictionary<Scene, TimeSpan>());

    public static void Save(IReadOnlyDictionary<Scene, TimeSpan> times) =>
        File.WriteAllText(Snippets.PathOf(Document), Generated().Replace(Snippets.Read(Document), match => match.Value.Replace(match.Groups["tables"].Value, Write(times), StringComparison.Ordinal)));

    private static string Write(IReadOnlyDictionary<Scene, TimeSpan> times)
    {
        var text = new StringBuilder("\n");
        foreach (var moment in Scene.All.GroupBy(s => s.Moment))
        {
            text.Append('\n').Append("### ").Append(Words(moment.Key)).Append("\n\n")
                .Append("| fault | in a source | `Stop` | `Skip` | `Retry` | over after |\n|---|---|---|---|---|---|\n");
            foreach (var kind in moment.GroupBy(s => s.Kind))
            {
                text.Append("| ").Append(Words(kind.Key));
                text.Append(" | ").Append(Words(kind.Where(s => s.Place == Place.Source)));
                foreach (var policy in Enum.GetValues<Policy>())
                    text.Append(" | ").Append(Words(kind.Where(s => s.Policy == policy && s.Place != Place.Source)));
                text.Append(" | ").Append(Median(kind.Where(s => s.Policy == Policy.Stop && times.ContainsKey(s)).Select(s => times[s]))).Append("|\n");
            }
        }

        return text.Append('\n').ToString();
    }

    // The same in all places that share a column.
    private static string Words(IEnumerable<Scene> scenes) => scenes.Select(s => Words(s, Outcome.Of(s))).Distinct(StringComparer.Ordinal).SingleOrDefault("–");

    private static string Words(Scene scene, Outcome outcome) => outcome.End switch
    {
        End.Well when outcome.Fate == Fate.None => "no effect",
        End.Well when outcome.Fate == Fate.Stuck => "killed after `StopTimeout`, ends well",
        End.Well => "ends well",
        End.Replaced => "another process goes on",
        End.DeadLetter => "dead letter: " + Words(scene, outcome.Fate),
        End.Retried => "tried again",
        _ => "fails: " + Words(scene, outcome.Fate) + (outcome is { HasItem: true, Fate: Fate.Crashed } ? ", with the item" : ""),
    };

    private static string Words(Scene scene, Fate fate) => fate switch
    {
        Fate.Thrown => scene.Kind == Accident.Memory ? "`OutOfMemoryException`" : "the exception",
        Fate.Stuck => "stuck, " + (scene.Moment == Moment.BeforeFirst ? "`StartupTimeout`" : "`ItemTimeout`"),
        _ => "crash, " + (Outcome.TraceOf(scene.Kind) is (null, var signal) ? signal : $"exit code {Outcome.TraceOf(scene.Kind).ExitCode}"),
    };

    private static string Words(Moment moment) => moment switch
    {
        Moment.BeforeFirst => "Before it asks for its first item",
        Moment.MidItem => "In the middle of an item",
        Moment.Blocked => "While it waits for a slot",
        Moment.Starved => "While it waits for an item",
        Moment.FinallyAtEnd => "In a `finally`, at the end of its input",
        Moment.FinallyWhenStopped => "In a `finally`, when its consumer has ended early",
        _ => "When the process exits, all its work done",
    };

    private static string Words(Accident kind) => kind switch
    {
        Accident.Exception => "exception",
        Accident.Kill => "`kill -9`, or the kernel short of memory",
        Accident.Segfault => "segmentation fault",
        Accident.Abort => "`abort()`",
        Accident.ExitZero => "`Environment.Exit(0)`",
        Accident.ExitThree => "`Environment.Exit(3)`",
        Accident.FailFast => "`Environment.FailFast`",
        Accident.Overflow => "stack overflow",
        Accident.Memory => "more memory than `MemoryLimit`",
        Accident.Loop => "endless loop",
        Accident.Sleep => "endless sleep",
        Accident.StopSignal => "SIGSTOP",
        _ => "closes its standard output",
    };

    private static string Median(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0 ? "" : FormattableString.Invariant($"{sorted[sorted.Count / 2].TotalMilliseconds:F0} ms ");
    }

    [GeneratedRegex(@"\| ([0-9]+ ms )?\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Times();

    [GeneratedRegex("<!-- written by the tests -->(?<tables>.*?)<!-- end -->", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Generated();
}
