using System.Collections.Concurrent;
using System.Globalization;
using Xunit.Abstractions;

namespace Penstock.Tests.Properties;

/// <summary>
/// Random pipelines against plain LINQ. PENSTOCK_CASES says how many, PENSTOCK_SEED where they start: a failure prints
/// its seed, and PENSTOCK_SEED=… PENSTOCK_CASES=1 plays that case alone.
/// </summary>
public sealed class PlainLinqProperties(ITestOutputHelper output)
{
    private const int Lanes = 4; // a case often waits for a thread to wake up: so many keep two processors busy

    [Fact]
    public void Random_pipelines_give_what_plain_composition_gives_and_leave_nothing_behind() => Play(2000, RandomCases.FromSeed);

    [Fact]
    public void Random_pipelines_without_threads_give_what_plain_composition_gives() => Play(1000, RandomCases.WithoutThreadsFromSeed);

    [Fact]
    public void Random_pipelines_partly_in_processes_give_what_plain_composition_gives() => Play(30, RandomCases.InProcessesFromSeed);

    private void Play(ulong usually, Func<ulong, Case> caseFrom)
    {
        var cases = Setting("PENSTOCK_CASES") ?? usually;
        var seed = Setting("PENSTOCK_SEED") ?? (ulong)TimeProvider.System.GetUtcNow().Ticks / 1000;
        output.WriteLine($"{cases} cases from PENSTOCK_SEED={seed}");

        long next = -1;
        var failures = new ConcurrentQueue<string>();
        var lanes = Enumerable.Range(0, Lanes).Select(_ => new Thread(PlayCases)).ToList();
        lanes.ForEach(l => l.Start());
        lanes.ForEach(l => l.Join());
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));

        void PlayCases()
        {
            while (failures.IsEmpty && (ulong)Interlocked.Increment(ref next) is var i && i < cases)
            {
                var test = caseFrom(seed + i);
                if (Trial.Of(test, out var hangs) is not { } wrong)
                    continue;
                failures.Enqueue($"PENSTOCK_SEED={seed + i} PENSTOCK_CASES=1\n{test}\n{wrong}");
                if (!hangs)
                {
                    var (smallest, why) = Shrinking.Shrink(test, wrong, TimeProvider.System);
                    failures.Enqueue($"shrunk to:\n{smallest}\n{why}");
                }
            }
        }
    }

    private static ulong? Setting(string name) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
