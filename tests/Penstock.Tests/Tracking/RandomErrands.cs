using Penstock.Tests.Isolated;
using Penstock.Tests.Support;
using Xunit.Abstractions;

namespace Penstock.Tests.Tracking;

/// <summary>
/// Random job pipelines against plain LINQ, ticket by ticket: each is settled once, with exactly what plain composition makes of it, or with the
/// failure that its number foretells.
/// </summary>
/// <param name="output">Where the seed is printed.</param>
public class RandomErrands(ITestOutputHelper output)
{
    private const int Tickets = 60;

    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 25)]
    public Task Each_ticket_ends_as_plain_composition_of_its_own_items_says(bool inProcesses, int rounds) => Within.Time(
        async () =>
        {
            var seed = Environment.TickCount;
            output.WriteLine($"seed {seed}");
            var random = new Random(seed);
            for (var round = 0; round < rounds; round++)
            {
                var legs = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Leg.Random(random, inProcesses)).ToList();
                var office = new Office(random.Next(1, 12), Enumerable.Range(0, Tickets)) { Delivery = new() { Workers = random.Next(1, 4) } }.Closed();
                await office.Work(items => legs.Aggregate(items, (pipeline, leg) => leg.Add(pipeline))).RunAsync(new() { DeadLetter = _ => { } });
                for (var ticket = 0; ticket < Tickets; ticket++)
                    Check(office, legs, ticket, $"round {round}, ticket {ticket}, legs {string.Join(", ", legs)}");
            }
        },
        TimeSpan.FromMinutes(5));

    private static void Check(Office office, List<Leg> legs, int ticket, string where)
    {
        Assert.True(office.Settled.TryGetValue(ticket, out var failure), $"{where}: not settled");
        List<int> expected = [ticket];
        foreach (var leg in legs)
        {
            if (expected.Any(leg.Fails))
            {
                Assert.True(failure is not null, $"{where}: done although it must fail");
                return;
            }

            expected = leg.Apply(expected);
        }

        Assert.True(failure is null, $"{where}: {failure}");
        Assert.Equal(expected.Order(), (office.Delivered.GetValueOrDefault(ticket) ?? []).Cast<int>().Order());
    }

    /// <summary>One step of a pipeline: what it does to an item, on which it fails, and how it runs.</summary>
    private sealed record Leg(LegKind Kind, int Salt, StageOptions Options)
    {
        public static Leg Random(Random random, bool inProcesses)
        {
            var isProcess = inProcesses && random.Next(2) == 0;
            return new Leg((LegKind)random.Next(Enum.GetValues<LegKind>().Length), random.Next(1000), new()
            {
                Workers = random.Next(1, 4),
                Ordered = random.Next(2) == 0,
                MaxInFlight = random.Next(2) == 0 ? random.Next(4, 9) : null,
                Isolation = isProcess ? Isolation.Process : Isolation.Thread,
                Faults = random.Next(3) == 0 ? FaultPolicy.Retry(2) : FaultPolicy.Stop,
                RecycleAfter = isProcess && random.Next(3) == 0 ? 7 : null,
            });
        }

        /// <summary>Whether the item cannot be done here. A crash is one way to fail; in a process only.</summary>
        public bool Fails(int item) => Kind is LegKind.Failing or LegKind.Crashing && (item + Salt) % 17 == 0;

        public List<int> Apply(List<int> items) => Kind switch
        {
            LegKind.Twice or LegKind.Asynchronous => [.. items.SelectMany(n => new[] { n, n + 1000 })],
            LegKind.Filter => [.. items.Where(n => (n + Salt) % 3 != 0)],
            LegKind.Scattered => [.. items.Select(n => (n * 3) + 3)],
            _ => items,
        };

        public Pipeline<int> Add(Pipeline<int> pipeline) => Kind switch
        {
            LegKind.Twice => pipeline.Then(Legs.Twice, Options),
            LegKind.Asynchronous => pipeline.Then(Legs.TwiceSlowly, Options with { Isolation = Isolation.Thread, RecycleAfter = null }),
            LegKind.Filter => pipeline.Then(Legs.Filter, Salt, Options),
            LegKind.Batch => pipeline.Batch(1 + (Salt % 5)).SelectMany(batch => batch),
            LegKind.Scattered => pipeline.ScatterGather(
                n => Enumerable.Range(n, 3),
                parts => parts.Then(Legs.Pass, Options),
                (_, parts) => parts.Sum(),
                maxOpen: 1 + (Salt % 4)),
            LegKind.Crashing when Options.Isolation == Isolation.Process => pipeline.Then(Legs.Crash, Salt, Options),
            LegKind.Failing or LegKind.Crashing => pipeline.Then(Legs.Fail, Salt, Options),
            _ => pipeline.Select(n => n),
        };

        public override string ToString() => $"{Kind} {Salt} ×{Options.Workers} {Options.Isolation} {Options.Faults} recycled {Options.RecycleAfter} ordered {Options.Ordered} {Options.MaxInFlight}";
    }

    private enum LegKind
    {
        Twice,
        Filter,
        Asynchronous,
        Batch,
        Scattered,
        Failing,
        Crashing,
        Operator,
    }
}

/// <summary>The stages of random errands; they may run in processes.</summary>
internal static class Legs
{
    public static IEnumerable<int> Pass(IEnumerable<int> items) => Steps.Pass(items);

    public static IEnumerable<int> Twice(IEnumerable<int> items)
    {
        foreach (var n in items)
        {
            yield return n;
            yield return n + 1000;
        }
    }

    public static async IAsyncEnumerable<int> TwiceSlowly(IAsyncEnumerable<int> items)
    {
        await foreach (var n in items)
        {
            yield return n;
            await Task.Yield();
            yield return n + 1000;
        }
    }

    public static IEnumerable<int> Filter(IEnumerable<int> items, int salt)
    {
        foreach (var n in items)
        {
            if ((n + salt) % 3 != 0)
                yield return n;
        }
    }

    public static IEnumerable<int> Fail(IEnumerable<int> items, int salt)
    {
        foreach (var n in items)
            yield return (n + salt) % 17 == 0 ? throw new FormatException($"{n}") : n;
    }

    public static IEnumerable<int> Crash(IEnumerable<int> items, int salt)
    {
        foreach (var n in items)
        {
            if ((n + salt) % 17 == 0)
                Accident.Kill.Happen();
            yield return n;
        }
    }
}
