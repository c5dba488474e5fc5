namespace Penstock.Bench.Measuring;

/// <summary>
/// Lets the contestants run in turn, A B C A B C, never all rounds of A first: whatever slows the machine down for a while
/// then hits all of them, and the ratios hold on a noisy machine.
/// </summary>
internal sealed class Referee(Pace pace)
{
    public async Task<IReadOnlyList<Line>> RunAsync(string suite, Contest contest)
    {
        var roundTime = contest.AtLeast > pace.RoundTime ? contest.AtLeast : pace.RoundTime;
        foreach (var contestant in contest.WarmUp)
            await Calibration.FindItemsAsync(contestant, pace.RoundTime);

        var items = new int[contest.Contestants.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = await Calibration.FindItemsAsync(contest.Contestants[i], roundTime);

        var rounds = Array.ConvertAll(items, _ => new List<Round>(pace.Rounds));
        for (var round = 0; round < pace.Rounds; round++)
        {
            for (var i = 0; i < items.Length; i++)
                rounds[i].Add(await MeasureAsync(contest, contest.Contestants[i], items[i]));
        }

        return Judge(suite, contest, rounds);
    }

    private static Task<Round> MeasureAsync(Contest contest, Contestant contestant, int items) =>
        contest.Steady ? Round.MeasureSteadyAsync(contestant, items) : Round.MeasureAsync(contestant, items);

    private static Line[] Judge(string suite, Contest contest, IReadOnlyList<Round>[] rounds)
    {
        var headline = contest.Headline;
        var figures = Array.ConvertAll(rounds, each => Sample.Of(each, headline.Read));
        var best = BestPeer(contest, figures);

        return [.. contest.Contestants.Select((contestant, i) => new Line
        {
            Suite = suite,
            Name = contest.Name,
            Peer = contestant.Name,
            Headline = headline,
            Median = figures[i].Median,
            Spread = figures[i].Spread,
            Ratio = best is { } peer ? headline.Ratio(figures[i].Median, peer) : null,
            CpuNs = Sample.Of(rounds[i], round => round.ProcessorNanosecondsPerItem).Median,
            Bytes = Sample.Of(rounds[i], round => round.BytesPerItem).Median,
            Claim = contestant.Claim,
        })];
    }

    private static double? BestPeer(Contest contest, Sample[] figures)
    {
        var medians = contest.Contestants.Zip(figures, (contestant, figure) => (contestant.Role, figure.Median)).ToList();
        var rivals = medians.Where(x => x.Role == Role.Peer).ToList();
        if (rivals.Count == 0)
            rivals = [.. medians.Where(x => x.Role == Role.Reference)];
        if (rivals.Count == 0)
            return null;
        return contest.Headline.LowerIsBetter ? rivals.Min(x => x.Median) : rivals.Max(x => x.Median);
    }
}
