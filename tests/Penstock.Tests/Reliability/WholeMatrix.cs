using System.Collections.Concurrent;
using Xunit.Abstractions;

namespace Penstock.Tests.Reliability;

/// <summary>All faults at all moments in all places under all policies, some 850 runs: with PENSTOCK_FAULTS=all, or =write, which also writes the tables.</summary>
[Collection(nameof(Support.Alone))]
public class WholeMatrix(ITestOutputHelper output)
{
    private const int AtOnce = 2;

    [FactOnRequest]
    public async Task Each_fault_has_its_outcome_everywhere()
    {
        var times = new ConcurrentDictionary<Scene, TimeSpan>();
        var failures = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Scene.All, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (scene, _) =>
        {
            try
            {
                await FaultMatrix.Play(scene, time => times[scene] = time);
            }
            catch (Exception exception)
            {
                failures.Enqueue($"{scene}: {exception}");
            }
        });

        output.WriteLine($"{times.Count} of {Scene.All.Count()} scenes have had the outcome that they must have.");
        foreach (var moment in times.GroupBy(t => (t.Key.Moment, t.Key.IsStuck)))
            output.WriteLine(FormattableString.Invariant($"{moment.Key}: over after {moment.Min(t => t.Value.TotalMilliseconds):F0} to {moment.Max(t => t.Value.TotalMilliseconds):F0} ms"));
        Assert.True(failures.IsEmpty, string.Join('\n', failures));
        if (FactOnRequestAttribute.Request is "write")
            ReliabilityTable.Save(times);
    }

    [Fact]
    public void The_tables_in_the_documentation_say_what_these_tests_assert() => Assert.Equal(ReliabilityTable.Expected, ReliabilityTable.Committed);

    [Fact]
    public void The_sample_that_always_runs_has_every_fault_at_every_moment_in_every_place_and_under_every_policy()
    {
        Assert.Equal(Scene.All.Select(s => (s.Kind, s.Moment)).Distinct(), Scene.Sample.Select(s => (s.Kind, s.Moment)));
        foreach (var moment in Scene.Sample.GroupBy(s => s.Moment))
        {
            Assert.Equal(Scene.All.Where(s => s.Moment == moment.Key).Select(s => s.Place).Distinct().Order(), moment.Select(s => s.Place).Distinct().Order());
            Assert.Equal(Enum.GetValues<Policy>(), moment.Select(s => s.Policy).Distinct().Order());
        }
    }
}

/// <summary>A test that takes minutes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactOnRequestAttribute : FactAttribute
{
    public FactOnRequestAttribute()
    {
        if (Request is not ("all" or "write"))
            Skip = "takes minutes: set PENSTOCK_FAULTS=all";
    }

    public static string? Request => Environment.GetEnvironmentVariable("PENSTOCK_FAULTS");
}
