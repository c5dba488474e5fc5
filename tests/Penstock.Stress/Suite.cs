using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Penstock.Stress;

/// <summary>Plays rounds of all scenarios until the time is up. A round depends on its seed alone, and on the machine's mood.</summary>
internal static class Suite
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static IReadOnlyList<Scenario> Scenarios { get; } =
        [.. typeof(Scenario).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Scenario))).OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => (Scenario)Activator.CreateInstance(t)!)];

    public static void Run(TimeSpan time, int seed, string? only, Action<string> say)
    {
        var playing = Scenarios.Where(s => only is null || string.Equals(s.Name, only, StringComparison.OrdinalIgnoreCase)).ToList();
        say(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {time.TotalSeconds} s: {string.Join(", ", playing.Select(s => s.Name))}"));
        var rounds = playing.ToDictionary(s => s, _ => 0);
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; Stopwatch.GetElapsedTime(start) < time; round++)
        {
            var scenario = playing[round % playing.Count];
            Play(scenario, unchecked(seed + round));
            rounds[scenario]++;
        }

        Leftovers.AssertNoThreads();
        foreach (var (scenario, count) in rounds)
            say(string.Create(CultureInfo.InvariantCulture, $"  {scenario.Name,-16} {count,8} rounds"));
    }

    private static void Play(Scenario scenario, int seed)
    {
        var play = Task.Factory.StartNew(() => scenario.Play(new Dice(seed)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var replay = $"--scenario {scenario.Name} --seed {seed}";
        try
        {
            if (!play.Wait(Limit))
                throw new StressException($"{replay}: hangs for {Limit.TotalSeconds} s\n{ActiveRuns()}");
        }
        catch (AggregateException e)
        {
            throw new StressException($"{replay}: {e.InnerException}");
        }
    }

    private static string ActiveRuns()
    {
        var text = new StringBuilder();
        foreach (var snapshot in PipelineRun.Active.Select(r => r.Snapshot()))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"run {snapshot.Name}: {snapshot.Verdict}");
            foreach (var stage in snapshot.Stages)
            {
                foreach (var worker in stage.Workers)
                    text.AppendLine(CultureInfo.InvariantCulture, $"  {stage.Name} #{worker.Index}: {worker.Activity}, {worker.ItemsIn} in, {worker.ItemsOut} out");
            }
        }

        return text.ToString();
    }
}

internal sealed class StressException(string message) : Exception(message);
