using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Penstock.Tests.Isolated;

namespace Penstock.Tests.Reliability;

/// <summary>What a worker of a scene does: its accident happens once, to the first worker that comes to the moment.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Moment">When.</param>
/// <param name="Mark">A file that is there when it has happened, and says to whom and when.</param>
/// <param name="Count">How many items a source has.</param>
public sealed record Script(Accident Kind, Moment Moment, string Mark, int Count)
{
    public const int Culprit = 7;

    /// <summary>The signal that makes it happen to a worker that waits.</summary>
    public const int Cue = 10; // SIGUSR1

    private static PosixSignalRegistration? cue; // kept: collected, it would end

    /// <summary>Yields each item times ten, then that plus one.</summary>
    public static IEnumerable<int> Stage(IEnumerable<int> items, Script script)
    {
        script.Begin();
        try
        {
            foreach (var item in items)
            {
                yield return item * 10;
                if (item == Culprit)
                    script.Reach(Moment.MidItem);
                yield return item * 10 + 1;
            }
        }
        finally
        {
            script.Reach(Moment.FinallyAtEnd);
            script.Reach(Moment.FinallyWhenStopped);
        }
    }

    public static IEnumerable<int> Source(Script script) => Stage(Enumerable.Range(0, script.Count), script);

    /// <summary>What the stage gives for so many items where nothing happens.</summary>
    public static IEnumerable<int> Outputs(int count) => Enumerable.Range(0, count).SelectMany(x => new[] { x * 10, x * 10 + 1 });

    private void Begin()
    {
        var worker = PipelineContext.Current!.Worker;
        cue = PosixSignalRegistration.Create((PosixSignal)Cue, signal =>
        {
            signal.Cancel = true;
            Happen(worker);
        });
        if (Moment == Moment.AtExit)
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Happen(worker);
        Reach(Moment.BeforeFirst);
    }

    private void Reach(Moment moment)
    {
        if (moment == Moment)
            Happen(PipelineContext.Current!.Worker);
    }

    private void Happen(int worker)
    {
        if (!TryMark(Mark, FormattableString.Invariant($"{worker};{Stopwatch.GetTimestamp()}")))
            return;
        Kind.Happen();
        TryMark(Mark + ".after", "");
    }

    /// <summary>Whom it happened to, and how long ago.</summary>
    public static (int Worker, TimeSpan Since) ReadMark(string mark)
    {
        var parts = File.ReadAllText(mark).Split(';');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), Stopwatch.GetElapsedTime(long.Parse(parts[1], CultureInfo.InvariantCulture)));
    }

    private static bool TryMark(string path, string text)
    {
        try
        {
            using var file = new StreamWriter(new FileStream(path, FileMode.CreateNew));
            file.Write(text);
            return true;
        }
        catch (IOException)
        {
            return false; // somebody came before
        }
    }
}
