using System.Diagnostics;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;
using ProcessWorker = Penstock.Workers.ProcessWorker;
using Worker = Penstock.Workers.Worker;

namespace Penstock.Tests.Tracking;

/// <summary>Stages of the engine hold several items. When one of them fails, or dies, what it held is not done.</summary>
public class NothingIsDoneTooSoon
{
    private static readonly RunOptions Quiet = new() { DeadLetter = _ => { } };

    [Fact]
    public Task When_a_gathering_fails_what_is_open_is_not_done() => Within.Time(async () =>
    {
        for (var round = 0; round < 20; round++)
        {
            var office = new Office(4, [1, 2]);
            await Assert.ThrowsAsync<InvalidOperationException>(() => office
                .Work(items => items.ScatterGather(n => (int[])[n], parts => parts.Then(BeginWithAnOutput), (n, _) => n, maxOpen: 4))
                .RunAsync(Quiet));
            Assert.Empty(office.Done.Except(office.Delivered.Keys));
        }
    });

    [Fact]
    public Task When_the_process_of_a_batch_is_killed_what_it_held_is_not_done() => Within.Time(async () =>
    {
        for (var round = 0; round < 5; round++)
        {
            // The first one waits in a batch for others, which do not come; another one ends while the process dies.
            var office = new Office(3, [0, 1]);
            var run = office.Work(items => items.Then(FewOrNone).Batch(8, TimeSpan.FromMinutes(1))).Start(Quiet with { Isolation = Isolation.Process });
            await office.UntilSettled(1);
            var batch = run.Run.Stages.Single(s => s.Name.StartsWith("Batch", StringComparison.Ordinal)).Workers[0];
            Process.GetProcessById(((ProcessWorker)batch).ProcessId!.Value).Kill();
            office.Add(3);
            await Assert.ThrowsAsync<WorkerCrashedException>(() => run.Completion);
            Assert.DoesNotContain(0, office.Settled);
        }
    });

    [Fact]
    public Task A_worker_that_a_dead_process_had_marked_as_awake_is_woken_all_the_same() => Within.Time(async () =>
    {
        var office = new Office(2, [1]);
        var run = office.Work(items => items.ScatterGather(n => (int[])[n], parts => parts.Then(Steps.Pass, Beside.Process).Then(Steps.Pass), (n, _) => n)).Start(Quiet);
        await office.UntilSettled(1);
        var stages = run.Run.Stages.ToList();
        var inProcess = stages.FindIndex(s => s.Workers[0] is ProcessWorker);
        await run.UntilWorkersAre(inProcess + 2, "waiting for an item");
        Mark(stages[inProcess + 2].Workers[0]); // the gathering one, which is a thread; a task is woken in one step
        Process.GetProcessById(((ProcessWorker)stages[inProcess].Workers[0]).ProcessId!.Value).Kill();
        office.Add(2);
        await office.UntilSettled(2);
        await run.DisposeAsync();

        // What who wakes it does first; then the process dies. Parked for sure only when the state is odd.
        static unsafe void Mark(Worker worker)
        {
            ref var state = ref worker.Record->WaitState;
            var spin = default(SpinWait);
            while (true)
            {
                var seen = Volatile.Read(ref state);
                if ((seen & 1) != 0 && Interlocked.CompareExchange(ref state, seen + 1, seen) == seen)
                    return;
                spin.SpinOnce();
            }
        }
    });

    internal static IEnumerable<int> BeginWithAnOutput(IEnumerable<int> items)
    {
        yield return -1; // before it has taken any
        foreach (var n in items)
            yield return n;
    }

    internal static IEnumerable<int> FewOrNone(IEnumerable<int> items)
    {
        foreach (var n in items)
        {
            if (n % 3 != 0)
                continue;
            yield return n;
            yield return n;
        }
    }
}
