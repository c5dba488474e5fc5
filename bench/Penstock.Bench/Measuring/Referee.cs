namespace Penstock.Bench.Measuring;

/// <summary>
/// Lets the contestants run in turn, A B C A B C, never all rounds of A first: whatever slows the machine down for a while
/// then hits all of them, and the ratios hold on a noisy machine.
/// </summary>
internal sealed class Referee(Pace pace, Workshop workshop)
{
    private const int WarmUpItems = 20_000;
    private const int FewItems = 1_000;

    public async Task<IReadOnlyList<Line>> RunAsync(string suite, Contest contest)
    {
        using var busy = new BusyProcesses(contest.BusyProcesses);
        var results = new Dictionary<Contestant, List<Round>>();
        var problems = new Dictionary<Contestant, string>();
        var ready = new List<(ContestantProcess Process, int Items)>();
        try
        {
            foreach (var contestant in contest.Contestants)
                await TryAsync(contestant, async () => ready.Add(await PrepareAsync(suite, contest, contestant)));

            for (var round = 0; round < contest.Rounds(pace); round++)
            {
                foreach (var (process, items) in ready.Where(each => !problems.ContainsKey(each.Process.Contestant)))
                {
                    await TryAsync(process.Contestant, async () =>
                    {
                        var measured = await (contest.Steady ? process.MeasureSteadyAsync(items) : process.MeasureAsync(items));
                        (results.TryGetValue(process.Contestant, out var rounds) ? rounds : results[process.Contestant] = []).Add(measured);
                    });
                }
            }
        }
        finally
        {
            ready.ForEach(each => each.Process.Dispose());
        }

        return Judge.Of(suite, contest, results, problems);

        // One that fails is reported as such, and the others go on.
        async Task TryAsync(Contestant contestant, Func<Task> action)
        {
            try
            {
                await action();
            }
            catch (Exception e) when (e is AbsentException or ContestException)
            {
                problems[contestant] = e is ContestException ? $"{Line.Failure}{e.Message}" : e.Message;
                results.Remove(contestant);
            }
        }
    }

    private async Task<(ContestantProcess Process, int Items)> PrepareAsync(string suite, Contest contest, Contestant contestant)
    {
        var process = await ContestantProcess.StartAsync(suite, contest.Name, contestant, workshop);
        try
        {
            if (contestant.WarmUp is not null)
                await process.WarmUpAsync(WarmUpItems);
            if ((contestant.Items ?? contest.Items?.Invoke(pace)) is not { } items)
                return (process, await Calibration.FindItemsAsync(process, contest.RoundTime(pace)));
            // Loads and compiles the code, as a calibration would.
            await process.MeasureAsync(Math.Min(items, FewItems));
            return (process, items);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }
}
