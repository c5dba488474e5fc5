using System.Diagnostics.CodeAnalysis;
using InferenceWorker;
using InferenceWorker.Jobs;
using Penstock.Fleet.Tests.Fleets;
using Penstock.RabbitMQ.Tests.Brokers;
using Xunit.Abstractions;

namespace Penstock.Fleet.Tests;

/// <summary>
/// Jobs come all the time, and every two or three seconds a worker dies by kill -9 and another one takes its place. 300 jobs in 15 s;
/// with PENSTOCK_CHAOS=full 2,000 jobs in 60 s.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "Chance chooses a victim here, it keeps no secret.")]
public class ChaosTests(ITestOutputHelper output)
{
    private const int Limit = 600_000;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("PENSTOCK_CHAOS") is "full";
    private static readonly int Jobs = IsFull ? 2000 : 300;
    private static readonly int Rounds = IsFull ? 24 : 6; // of two and a half seconds

    // A kill costs the jobs in flight a try each, so there must be more tries than kills that a job may live through. Whoever was hit comes again when its
    // lease is over, just before the next kill, so that of 2,000 jobs one may be hit ten times.
    private static readonly FleetOptions Options = new() { Count = Jobs, Pages = 3, Poison = 2, Attempts = IsFull ? 14 : 8, Backoff = IsFull ? 0.001 : 0.05, Lease = 2 };

    private readonly long start = TimeProvider.System.GetTimestamp();

    [Fact(Timeout = Limit)]
    public async Task No_job_of_SQLite_is_lost_or_has_two_results()
    {
        await using var fleet = new TestFleet(options: Options);
        var (plan, random) = Plan();
        await ChaosAsync(fleet, workers: 2, plan, random, static () => Task.CompletedTask);
        Assert.Equal(plan.Count(job => job.IsPoison), (await fleet.DeadAsync()).Count);
        Assert.Equal(0, (await fleet.Store.CountAsync()).InProgress);
    }

    [BrokerFact(Timeout = Limit)]
    public async Task No_job_of_RabbitMQ_is_lost_or_has_two_results_though_the_broker_restarts_too()
    {
        await using var broker = await Broker.StartNewAsync();
        await using var fleet = new TestFleet(broker.Uri.ToString(), Options);
        var (plan, random) = Plan();
        await ChaosAsync(fleet, workers: 3, plan, random, async () =>
        {
            await broker.StopAsync();
            await broker.StartAsync();
        });
    }

    private async Task ChaosAsync(TestFleet fleet, int workers, IReadOnlyList<PlannedJob> plan, Random random, Func<Task> disturb)
    {
        var hostages = new Hostages();
        (fleet.Sending, fleet.Storing) = (hostages.HoldImageAsync, hostages.HoldResultAsync);
        var fleetOf = Enumerable.Range(0, workers).Select(_ => fleet.StartWorker()).ToList();
        await Task.WhenAll(fleetOf.Select(worker => worker.StartedAsync()));
        var portions = new Queue<PlannedJob[]>(plan.Chunk((plan.Count + Rounds - 1) / Rounds));
        var made = new List<MadeImage>();
        var submitting = SubmitAsync();
        var dying = Task.CompletedTask;
        for (var round = 0; round < Rounds || portions.Count > 0; round++)
        {
            // The clock of chaos: the one thing here that passes by itself.
            await Task.Delay(random.Next(2000, 3000));
            await dying;
            if (round == Rounds / 2)
            {
                await submitting; // who submits needs its queue
                await disturb();
            }

            var victim = random.Next(workers);
            if (round == 0)
            {
                // Chance alone may spare all who have stored a result and not completed its job.
                await hostages.Results.UntilAsync(kept => kept.Count > 0);
                var holder = hostages.Results.All[0].By;
                victim = fleetOf.FindIndex(worker => string.Equals(worker.Name, holder, StringComparison.Ordinal));
            }

            dying = fleetOf[victim].KillAsync();
            fleetOf[victim] = fleet.StartWorker();
            Say($"Round {round + 1}: {fleet.Stored.All.Count} results when worker {victim} is killed");
            hostages.Release(last: false);
            if (submitting.IsCompleted && portions.Count > 0)
            {
                await submitting;
                submitting = SubmitAsync();
            }
        }

        await Task.WhenAll(submitting, dying);
        hostages.Release(last: true);

        var expected = plan.Where(job => !job.IsPoison).Select(job => job.Id).ToHashSet(StringComparer.Ordinal);
        await fleet.Stored.UntilAsync(stored => stored.Select(file => file.Path).Distinct().Count() == expected.Count);
        Say("All results are stored");
        await fleet.UntilOnlyDeadAsync(plan.Count - expected.Count);
        Say("All poison was put aside, and nothing is left");
        foreach (var worker in fleetOf)
        {
            await worker.StartedAsync();
            await worker.TerminateAsync();
            Assert.Equal(0, await worker.ExitCodeAsync());
        }

        Assert.Equal(expected, fleet.Results.ToHashSet(StringComparer.Ordinal));
        var dead = await fleet.DeadAsync();
        foreach (var job in dead.Where(job => expected.Contains(job.Id!)))
            Say($"{job.Id} was put aside: {job.Reason}");
        Assert.Equal(
            plan.Where(job => job.IsPoison).Select(job => job.Id).Order(StringComparer.Ordinal),
            dead.Select(job => job.Id!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(0, (await fleet.Store.CountAsync()).Waiting);
        await Correct(fleet, made.Where(image => !image.Job.IsPoison).ToList());

        var poison = plan.Where(job => job.IsPoison).Select(job => job.Id).ToList();
        var asked = fleet.Asked.All.Where(image => !poison.Exists(id => image.Contains(id, StringComparison.Ordinal))).CountBy(image => image, StringComparer.Ordinal).ToList();
        var again = asked.Count(image => image.Value > 1);
        var storedAgain = fleet.Stored.All.CountBy(file => file.Path, StringComparer.Ordinal).Count(file => file.Value > 1);
        Say($"{expected.Count} results and {poison.Count} jobs put aside; {again} good jobs came again, up to {asked.Max(image => image.Value)} times, {storedAgain} of them when they were stored already");
        Assert.InRange(storedAgain, 1, again); // else the kills proved nothing

        async Task SubmitAsync() => made.AddRange(await fleet.SubmitAsync(portions.Dequeue()));
    }

    private (IReadOnlyList<PlannedJob> Plan, Random Random) Plan()
    {
        var seed = Environment.GetEnvironmentVariable("PENSTOCK_SEED") is { } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next(1_000_000);
        Say($"Seed {seed} (again with PENSTOCK_SEED={seed})");
        return (JobPlan.Of(Options with { Seed = seed }), new Random(seed));
    }

    private void Say(string what) => output.WriteLine($"{TimeProvider.System.GetElapsedTime(start).TotalSeconds,6:F1} s  {what}");

    /// <summary>Every result is whole, and says what its image shows as far as the network can read.</summary>
    private static async Task Correct(TestFleet fleet, IReadOnlyList<MadeImage> made)
    {
        var (right, all) = (0, 0);
        foreach (var image in made)
        {
            var read = (await fleet.ResultAsync(image.Job.Id)).Digits.Replace("\n", "", StringComparison.Ordinal);
            Assert.Equal(image.Truth.Length, read.Length);
            right += image.Truth.Zip(read).Count(pair => pair.First == pair.Second);
            all += read.Length;
        }

        Assert.InRange(right / (double)all, 0.95, 1);
    }
}
