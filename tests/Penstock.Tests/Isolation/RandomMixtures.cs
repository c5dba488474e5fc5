using System.Globalization;
using Penstock.Tests.Support;
using Xunit.Abstractions;

namespace Penstock.Tests.Isolated;

/// <summary>
/// Random pipelines of threads, tasks and processes against plain LINQ. PENSTOCK_MIXTURES says how many, PENSTOCK_SEED where they start:
/// a failure prints its seed, and PENSTOCK_SEED=… PENSTOCK_MIXTURES=1 plays that one alone.
/// </summary>
public class RandomMixtures(ITestOutputHelper output)
{
    [Fact]
    public Task Random_mixtures_give_what_plain_composition_gives() => Within.Time(async () =>
    {
        var count = Setting("PENSTOCK_MIXTURES") ?? 60;
        var first = Setting("PENSTOCK_SEED") ?? (int)(TimeProvider.System.GetTimestamp() & 0xFFFFFF);
        output.WriteLine($"{count} mixtures from PENSTOCK_SEED={first}");
        for (var seed = first; seed < first + count; seed++)
            await MustBeRight(seed);
    }, limit: TimeSpan.FromMinutes(2));

    private static async Task MustBeRight(int seed)
    {
        var mixture = new Mixture(new Random(seed));
        var what = $"PENSTOCK_SEED={seed} PENSTOCK_MIXTURES=1: {mixture.Pipeline}";
        List<int> actual;
        try
        {
            actual = await mixture.Pipeline.ToListAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (Exception exception)
        {
            throw new Xunit.Sdk.XunitException(what, exception);
        }

        var expected = mixture.Expected.ToList();
        if (!mixture.IsOrdered)
        {
            actual.Sort();
            expected.Sort();
        }

        Assert.True(expected.SequenceEqual(actual), $"{what}\nexpected {string.Join(' ', expected)}\nactual   {string.Join(' ', actual)}");
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;

    private sealed class Mixture
    {
        private readonly Random random;

        public Mixture(Random random)
        {
            this.random = random;
            var count = random.Next(4) == 0 ? random.Next(3) : random.Next(10, 80);
            Expected = Enumerable.Range(0, count);
            Pipeline = random.Next(4) switch
            {
                0 => Penstock.Pipeline.From(Expected.ToArray(), Link(new())),
                1 => Penstock.Pipeline.From(Steps.CountSlowly, count, Link(Place())),
                _ => Penstock.Pipeline.From(Steps.Count, count, Link(Place())),
            };
            for (var steps = random.Next(1, 4); steps > 0; steps--)
                AddStep();
        }

        public Pipeline<int> Pipeline { get; private set; }

        public IEnumerable<int> Expected { get; private set; }

        public bool IsOrdered { get; private set; } = true;

        private void AddStep()
        {
            var amount = random.Next(100);
            switch (random.Next(7))
            {
                case 0:
                    Pipeline = Pipeline.Then(Steps.Add, amount, Options());
                    Expected = Expected.Select(x => x + amount);
                    break;
                case 1:
                    Pipeline = Pipeline.Then(Steps.Twice, Options());
                    Expected = Expected.SelectMany(x => new[] { x, -x });
                    break;
                case 2:
                    Pipeline = Pipeline.Then(Steps.DropThirds, Options());
                    Expected = Expected.Where(x => x % 3 != 0);
                    break;
                case 3:
                    Pipeline = Pipeline.Then(Steps.AddSlowly, amount, Options());
                    Expected = Expected.Select(x => x + amount);
                    break;
                case 4:
                    Pipeline = Pipeline.Batch(random.Next(1, 9)).SelectMany(xs => xs, Options());
                    break;
                case 5:
                    Pipeline = Pipeline.Select(x => x + amount);
                    Expected = Expected.Select(x => x + amount);
                    break;
                case 6:
                    Pipeline = Pipeline.Where(x => x % 2 == 0, Options());
                    Expected = Expected.Where(x => x % 2 == 0);
                    break;
            }
        }

        private StageOptions Place() => new() { Isolation = random.Next(5) switch { 0 => Isolation.None, 1 or 2 => Isolation.Thread, _ => Isolation.Process } };

        private StageOptions Options()
        {
            var options = Link(Place() with { Workers = random.Next(2) == 0 ? 1 : random.Next(2, 4), Ordered = random.Next(4) != 0 });
            IsOrdered &= options.Ordered || options.Workers == 1;
            return options;
        }

        private StageOptions Link(StageOptions options) => random.Next(3) switch
        {
            0 => options with { MaxInFlight = options.Workers },
            1 => options with { MaxInFlight = options.Workers + random.Next(10) },
            _ => options,
        };
    }
}
