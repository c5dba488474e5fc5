namespace Penstock.Bench.Measuring;

/// <summary>Makes the lines of a contest's table from its rounds.</summary>
internal static class Judge
{
    public static IReadOnlyList<Line> Of(
        string suite, Contest contest, Dictionary<Contestant, List<Round>> results, Dictionary<Contestant, string> problems)
    {
        var rival = Rival(contest, results);
        return
        [
            .. contest.Contestants.Select(contestant => LineOf(contestant) with { Findings = [.. contestant.Claims.Select(claim => claim.Judge(contestant, contest, results))] }),
            .. contest.Published.Select(published => new Line
            {
                Suite = suite,
                Name = contest.Name,
                Peer = published.Peer,
                Headline = contest.Headline,
                Median = published.Figure,
                Details = [.. contest.Details.Select(detail => (detail, double.NaN))],
                Note = published.Source,
            }),
        ];

        Line LineOf(Contestant contestant) => results.TryGetValue(contestant, out var rounds)
            ? Measured(suite, contest, contestant, rounds, rival)
            : new Line
            {
                Suite = suite,
                Name = contest.Name,
                Peer = contestant.Name,
                Headline = contest.Headline,
                Details = [.. contest.Details.Select(detail => (detail, double.NaN))],
                Note = problems.GetValueOrDefault(contestant),
            };
    }

    private static Line Measured(
        string suite, Contest contest, Contestant contestant, List<Round> rounds, KeyValuePair<Contestant, List<Round>>? rival)
    {
        var headline = contest.Headline;
        var figures = Read(rounds, headline);
        var sample = Sample.Of(figures);
        var line = new Line
        {
            Suite = suite,
            Name = contest.Name,
            Peer = contestant.Name,
            Headline = headline,
            Median = sample.Median,
            Spread = sample.Spread,
            Details = [.. contest.Details.Select(detail => (detail, Sample.Of(Read(rounds, detail)).Median))],
            Note = double.IsNaN(sample.Median) ? "lost in the noise" : null,
        };
        if (rival is not { } other)
            return line;

        // Pairs, as far as both have run.
        var theirs = Read(other.Value, headline);
        var ratios = figures.Zip(theirs, headline.Ratio).ToList();
        line = line with { Ratio = ratios.All(ratio => ratio is not null) ? Sample.Of([.. ratios.Select(ratio => ratio!.Value)]).Median : null };
        if (contestant.Role != Role.Penstock)
            return line;
        return line with
        {
            Verdict = Verdicts.Of(figures, theirs, headline.LowerIsBetter),
            CpuVerdict = Verdicts.Of(Read(rounds, Headline.CpuPerItem), Read(other.Value, Headline.CpuPerItem), lowerIsBetter: true),
        };
    }

    /// <summary>The best peer; where none has run, the best reference.</summary>
    private static KeyValuePair<Contestant, List<Round>>? Rival(Contest contest, Dictionary<Contestant, List<Round>> results)
    {
        foreach (var role in (Role[])[Role.Peer, Role.Reference])
        {
            var candidates = results.Where(each => each.Key.Role == role && !double.IsNaN(Sample.Of(Read(each.Value, contest.Headline)).Median))
                .OrderBy(each => Sample.Of(Read(each.Value, contest.Headline)).Median).ToList();
            if (candidates.Count > 0)
                return contest.Headline.LowerIsBetter ? candidates[0] : candidates[^1];
        }

        return null;
    }

    private static double[] Read(List<Round> rounds, Headline headline) => [.. rounds.Select(headline.Read)];
}
