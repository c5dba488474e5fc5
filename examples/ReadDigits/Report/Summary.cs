using System.Globalization;
using ReadDigits.Reading;

namespace ReadDigits.Report;

/// <summary>What is said at the end.</summary>
internal static class Summary
{
    public static void WriteReading(ReadRun run)
    {
        Write($"\nRead {run.Tally.Digits:N0} digits on {run.Tally.Pages:N0} pages.");
        foreach (var (name, stage, reason) in run.Aside)
            Write($"Put aside {name} in {stage}: {reason}");
        foreach (var (reason, count) in run.Tally.Aside)
            Write($"Put aside {count:N0} cells: {reason}");

        if (run.Tally.Pages == 0)
            return;
        if (run.Tally.KnowsTruth)
            WriteAccuracy(run.Tally);
        else
            WriteCounts(run.Tally);
    }

    /// <summary>The pipeline beside plain composition of the same generators, and how much faster it could have been at best.</summary>
    public static void WriteSpeed(ReadRun plain, ReadRun pipeline)
    {
        var busy = DigitReader.Stages.Select(stage => (Stage: stage, Time: plain.Timeline.BusyOf(stage).TotalSeconds)).ToList();
        var total = busy.Sum(stage => stage.Time);
        var largest = busy.MaxBy(stage => stage.Time);
        var speedUp = plain.Timeline.Elapsed / pipeline.Timeline.Elapsed;
        var possible = Math.Min(Environment.ProcessorCount, total / largest.Time);

        WriteSpeeds(("plain composition", plain), ("pipeline", pipeline));
        Write($"\nSpeed-up {speedUp:F2}, {speedUp / possible:P0} of the {possible:F2} that is possible: there are {Environment.ProcessorCount} processors,");
        Write($"and the largest step, {largest.Stage}, is {largest.Time / total:P0} of the work ({SharesOf(busy, total)}).");
        if (pipeline.Snapshot is not null)
            Write($"{pipeline.Snapshot.Verdict}");
    }

    /// <summary>What the picture cannot show: nobody looks over the shoulder of a generator in another process.</summary>
    public static void WriteIsolated(ReadRun run)
    {
        var model = run.Snapshot!.Stages.Single(stage => string.Equals(stage.Name, nameof(DigitReader.RunModel), StringComparison.Ordinal));
        Write($"{model.Name} ran in a process of its own, so its row is not in the pipeline's picture. By the run's snapshot it was busy");
        Write($"{model.Busy.TotalSeconds:F2} s of {run.Snapshot.Elapsed.TotalSeconds:F2} s, starting its process and loading the weights included.");
        if (model.Restarts > 0)
            Write($"Processes that died: {model.Restarts}. A fresh one went on with the next page each time.");
    }

    public static void WriteSpeed(ReadRun run) => WriteSpeeds(("one thread", run));

    static void WriteSpeeds(params (string Name, ReadRun Run)[] runs)
    {
        Write($"\n{"",-18} {"seconds",8} {"pages/s",8} {"digits/s",9}");
        foreach (var (name, run) in runs)
        {
            var seconds = run.Timeline.Elapsed.TotalSeconds;
            Write($"{name,-18} {seconds,8:F2} {run.Tally.Pages / seconds,8:F1} {run.Tally.Digits / seconds,9:N0}");
        }
    }

    static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    static string SharesOf(List<(string Stage, double Time)> busy, double total) =>
        string.Join(", ", busy.Select(stage => FormattableString.Invariant($"{stage.Stage} {stage.Time / total:P0}")));

    static void WriteAccuracy(Tally tally)
    {
        Write($"\n{"digit",5} {"shown",8} {"read right",12}   most often taken for");
        for (var digit = '0'; digit <= '9'; digit++)
        {
            var (shown, accuracy) = tally.Of(digit);
            if (shown == 0)
                continue;
            var mistake = tally.WorstMistakeOf(digit) is { } worst ? $"{worst.Read} ({worst.Times} times)" : "";
            Write($"{digit,5} {shown,8:N0} {accuracy,12:P2}   {mistake}");
        }

        Write($"{"all",5} {tally.Shown,8:N0} {tally.Accuracy,12:P2}");
    }

    static void WriteCounts(Tally tally)
    {
        Write($"\n{"digit",5} {"read",8}     (there is no truth beside these pages, so nobody knows how many are right)");
        for (var digit = '0'; digit <= '9'; digit++)
            Write($"{digit,5} {tally.ReadAs(digit),8:N0}");
    }
}
