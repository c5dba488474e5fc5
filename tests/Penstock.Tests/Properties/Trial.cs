using System.Globalization;
using System.Text;

namespace Penstock.Tests.Properties;

/// <summary>One case against the oracle, within a time limit. Says what differs.</summary>
internal static class Trial
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>What is wrong; null if nothing is.</summary>
    public static string? Of(Case test, out bool hangs)
    {
        var player = Player.Of(test);
        var play = Task.Factory.StartNew(player.Play, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        hangs = !play.Wait(Limit);
        if (hangs)
        {
            var report = Describe(player.Run);
            player.Run?.Abort();
            return $"hangs for more than {Limit.TotalSeconds} s (aborting it {(play.Wait(Limit) ? "helped" : "did not help")})\n{report}";
        }

        var outcome = play.GetAwaiter().GetResult();
        var wrong = (test.IsLoose ? CompareLoosely(test, outcome, player.Books) : CompareExactly(test, outcome, player.Books)) ?? "";
        var complaints = player.Books.Complaints();
        if (complaints.Count > 0)
            wrong += $"\n{complaints.Count} complaints:\n  {string.Join("\n  ", complaints.Take(10))}";
        if (player.Run is { } run && PipelineRun.Active.Contains(run))
            wrong += "\nthe run is still among the active ones";
        return wrong.Length == 0 ? null : wrong;
    }

    private static string? CompareExactly(Case test, Outcome outcome, Books books)
    {
        var oracle = new Oracle(test, isTolerant: false);
        var expected = oracle.Run();
        if (!IsSame(expected.Exception, outcome.Exception))
            return $"expected {Say(expected.Exception)}, but got {Say(outcome.Exception)}";
        if ((expected.Exception is null || test.Consumer.IsStream) && !expected.Items.SequenceEqual(outcome.Items))
            return Difference(expected.Items, outcome.Items);
        if (expected.Exception is null && !test.MayEndEarly)
            return CompareDeadLetters(oracle, books);
        return null;
    }

    private static string? CompareLoosely(Case test, Outcome outcome, Books books)
    {
        if (outcome.Exception is not (null or CaseException))
            return $"got {Say(outcome.Exception)}";
        if (test.Source.Count is null)
        {
            return outcome.Exception is null && outcome.Items.Count != test.Consumer.Take
                ? $"expected {test.Consumer.Take} items, but got {outcome.Items.Count}"
                : null;
        }

        var oracle = new Oracle(test with { Consumer = test.Consumer with { Take = null } }, isTolerant: true);
        var all = oracle.Run().Items;
        if (outcome.Exception is { } exception && !oracle.Faults.Contains(exception.Message))
            return $"got {Say(exception)}, expected none or one of: {string.Join("; ", oracle.Faults.Take(5))}";
        if (!IsPart(outcome.Items, all))
            return "got items that plain composition does not give";
        if (test.Consumer.Take is not null)
        {
            return outcome.Exception is null && oracle.Faults.Count == 0 && outcome.Items.Count != Math.Min(test.Consumer.Take.Value, all.Count)
                ? $"expected {test.Consumer.Take} of {all.Count} items, but got {outcome.Items.Count}"
                : null;
        }

        if (outcome.Exception is null && oracle.Faults.Count > 0)
            return $"expected a failure, for example {oracle.Faults[0]}";
        if (outcome.Exception is null && outcome.Items.Count != all.Count)
            return $"expected {all.Count} items, but got {outcome.Items.Count}";
        return outcome.Exception is null ? CompareDeadLetters(oracle, books) : null;
    }

    private static string? CompareDeadLetters(Oracle oracle, Books books)
    {
        var expected = oracle.DeadLetters.Order(StringComparer.Ordinal).ToList();
        var actual = books.DeadLetters.Order(StringComparer.Ordinal).ToList();
        return expected.SequenceEqual(actual, StringComparer.Ordinal)
            ? null
            : $"expected {expected.Count} dead letters, but got {actual.Count}: {string.Join("; ", expected.Except(actual, StringComparer.Ordinal).Take(3))} | {string.Join("; ", actual.Except(expected, StringComparer.Ordinal).Take(3))}";
    }

    private static bool IsPart(IReadOnlyList<int> part, IReadOnlyList<int> all)
    {
        var counts = all.CountBy(i => i).ToDictionary();
        return part.CountBy(i => i).All(p => counts.GetValueOrDefault(p.Key) >= p.Value);
    }

    private static bool IsSame(Exception? a, Exception? b) =>
        a?.GetType() == b?.GetType() && string.Equals(a?.Message, b?.Message, StringComparison.Ordinal);

    private static string Say(Exception? exception) =>
        exception is null ? "no exception" : $"{exception.GetType().Name}: {exception.Message}{(exception is CaseException ? "" : exception.StackTrace)}";

    private static string Difference(IReadOnlyList<int> expected, IReadOnlyList<int> actual)
    {
        var at = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"expected {expected.Count} items, got {actual.Count}; they differ from item {at} on: expected {string.Join(' ', expected.Skip(at).Take(6))} …, got {string.Join(' ', actual.Skip(at).Take(6))} …");
    }

    private static string Describe(PipelineRun? run)
    {
        if (run is null)
            return "no run was started";
        var text = new StringBuilder();
        var snapshot = run.Snapshot();
        text.AppendLine(CultureInfo.InvariantCulture, $"active runs: {PipelineRun.Active.Count}; verdict: {snapshot.Verdict}");
        foreach (var stage in snapshot.Stages)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {stage}");
            foreach (var worker in stage.Workers)
                text.AppendLine(CultureInfo.InvariantCulture, $"    {worker}");
        }

        return text.ToString();
    }
}
