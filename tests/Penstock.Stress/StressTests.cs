using Penstock.Stress.Processes;
using Penstock.Tests.Properties;
using Xunit.Abstractions;

namespace Penstock.Stress;

/// <summary>A short run of the stress suite, for every build.</summary>
[Collection("one after the other")]
public sealed class StressTests(ITestOutputHelper output)
{
    [Fact]
    public void All_scenarios_for_ten_seconds() => Suite.Run(TimeSpan.FromSeconds(10), Environment.TickCount, only: null, output.WriteLine);

    [Fact]
    public void Ten_thousand_short_runs_leave_no_thread_no_timer_no_item_and_no_memory()
    {
        Play(runs: 2000);
        var (timers, memory) = (Timer.ActiveCount, GC.GetTotalMemory(forceFullCollection: true));
        Play(runs: 10_000);
        Leftovers.AssertNoThreads();
        var growth = GC.GetTotalMemory(forceFullCollection: true) - memory;
        output.WriteLine($"memory grew by {growth} bytes");
        Assert.InRange(growth, long.MinValue, 500_000);
        Assert.InRange(Timer.ActiveCount, 0, timers + 1); // the runtime's own come and go
        Assert.Empty(PipelineRun.Active);
    }

    [Fact]
    public Task Sixty_short_runs_in_processes_leave_no_process_no_descriptor_no_mapping_no_file_and_no_memory() =>
        Task.Run(() => ShortRuns.Run(60, Environment.TickCount, output.WriteLine)).WaitAsync(TimeSpan.FromMinutes(3));

    private static void Play(int runs)
    {
        for (var i = 0; i < runs; i++)
        {
            var books = new Books();
            var dice = new Dice(i);
            var take = dice.OneIn(2) ? 3 : (int?)null;
            var options = new RunOptions { TimeProvider = books };
            new Water(dice, books).Pipe(count: 8, maxStages: 2, maxWorkers: 2).To(items => Water.Collect(items, take)).Run(options);
            Assert.Empty(books.Complaints());
        }
    }
}
