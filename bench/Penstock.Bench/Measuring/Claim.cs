using System.Globalization;

namespace Penstock.Bench.Measuring;

/// <summary>What a contestant is to show in its contest. Only reported: on a busy machine one miss is no proof.</summary>
/// <param name="Text">As it stands below the tables.</param>
internal abstract record Claim(string Text)
{
    public static Claim AheadOfEveryPeer { get; } = Times(1, "the best peer", static rival => rival.Role == Role.Peer);

    public static Claim AheadOfDotNet { get; } = Times(1, "the best .NET peer", static rival => rival is { Role: Role.Peer, Program: null });

    /// <summary>So many times better than each of the rivals.</summary>
    public static Claim Times(double least, string rivals, Func<Contestant, bool> areRivals) =>
        new Beside(Invariant($"at least {Factor(least)}{rivals}"), areRivals, (theirs, headline) => headline.LowerIsBetter ? theirs / least : theirs * least);

    /// <summary>No more than what each of the rivals needs, and so much.</summary>
    public static Claim NoMoreThan(double allowance, string rivals, Func<Contestant, bool> areRivals) =>
        new Beside(Invariant($"at most {rivals} + {allowance}"), areRivals, (theirs, _) => theirs + allowance);

    /// <summary>No more than so many times what each of the rivals needs.</summary>
    public static Claim AtMostTimes(double most, string rivals, Func<Contestant, bool> areRivals) =>
        new Beside(Invariant($"at most {most} times {rivals}"), areRivals, (theirs, _) => theirs * most);

    public static Claim AtMost(double limit, string unit) => new Absolute(Invariant($"at most {limit:0.####}{unit}"), limit);

    /// <summary>So many times better than what others have published.</summary>
    public static Claim TimesPublished(double least) => new BesidePublished(Invariant($"at least {Factor(least)}what is published"), least);

    /// <param name="own">Whose claim it is.</param>
    /// <param name="contest">Where it takes part.</param>
    /// <param name="results">The rounds of all who ran.</param>
    public Finding Judge(Contestant own, Contest contest, IReadOnlyDictionary<Contestant, List<Round>> results)
    {
        var subject = $"{contest.Name}: {own.Name}, {Text}";
        return results.TryGetValue(own, out var rounds)
            ? Judge(subject, contest, Figures(rounds, contest), results)
            : new Finding(subject, Outcome.Missed, "it has no result");
    }

    protected abstract Finding Judge(string subject, Contest contest, double[] own, IReadOnlyDictionary<Contestant, List<Round>> results);

    private static double[] Figures(List<Round> rounds, Contest contest) => [.. rounds.Select(contest.Headline.Read)];

    private static string Factor(double least) => least == 1 ? "" : Invariant($"{least} times ");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Compared in pairs of rounds, each rival for itself: the best one may be another one in each round.</summary>
    private sealed record Beside(string Text, Func<Contestant, bool> AreRivals, Func<double, Headline, double> Bar) : Claim(Text)
    {
        protected override Finding Judge(string subject, Contest contest, double[] own, IReadOnlyDictionary<Contestant, List<Round>> results)
        {
            var rivals = contest.Contestants.Where(AreRivals).ToLookup(results.ContainsKey);
            if (!rivals[true].Any())
                return new Finding(subject, Outcome.NotMeasured, "none of them has run");
            var worst = rivals[true].Select(rival => Judge(subject, contest.Headline, own, rival.Name, Figures(results[rival], contest)))
                .OrderByDescending(static finding => finding.Outcome).ThenBy(static finding => finding.Ratio).First();
            var absent = string.Join(", ", rivals[false].Select(static rival => rival.Name));
            return absent.Length == 0 ? worst : worst with { Figures = $"{worst.Figures} (without {absent})" };
        }

        private Finding Judge(string subject, Headline headline, double[] own, string name, double[] theirs)
        {
            var (mine, other) = (Sample.Of(own).Median, Sample.Of(theirs).Median);
            var bar = Bar(other, headline);
            var reached = headline.Ratio(mine, bar);
            var outcome = Verdicts.Of(own, [.. theirs.Select(figure => Bar(figure, headline))], headline.LowerIsBetter) switch
            {
                Verdict.Ahead => Outcome.Holds,
                Verdict.Behind => Outcome.Missed,
                Verdict.NotResolved => Outcome.NotResolved,
                _ => reached is null ? Outcome.NotMeasured : reached >= 1 ? Outcome.Holds : Outcome.Missed, // too few rounds to say more
            };
            return new Finding(subject, outcome, Invariant($"{headline.Text(mine)} beside {headline.Text(other)} of {name}, {headline.Ratio(mine, other):N2}×")) { Ratio = reached };
        }
    }

    private sealed record Absolute(string Text, double Limit) : Claim(Text)
    {
        protected override Finding Judge(string subject, Contest contest, double[] own, IReadOnlyDictionary<Contestant, List<Round>> results)
        {
            var median = Sample.Of(own).Median;
            return new Finding(subject, median <= Limit ? Outcome.Holds : Outcome.Missed, contest.Headline.Text(median));
        }
    }

    private sealed record BesidePublished(string Text, double Least) : Claim(Text)
    {
        protected override Finding Judge(string subject, Contest contest, double[] own, IReadOnlyDictionary<Contestant, List<Round>> results)
        {
            var mine = Sample.Of(own).Median;
            var best = contest.Published.MaxBy(published => contest.Headline.Ratio(published.Figure, 1))!;
            var ratio = contest.Headline.Ratio(mine, best.Figure);
            return new Finding(subject, ratio >= Least ? Outcome.Holds : Outcome.Missed, Invariant($"{contest.Headline.Text(mine)} beside {contest.Headline.Text(best.Figure)}, {ratio:N2}×"));
        }
    }
}
