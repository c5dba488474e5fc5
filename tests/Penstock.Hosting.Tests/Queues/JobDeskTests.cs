using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Time.Testing;
using Penstock.Hosting.Queues;

namespace Penstock.Hosting.Tests.Queues;

public sealed class JobDeskTests
{
    [Fact(Timeout = 120_000)]
    public async Task Nothing_is_acknowledged_whose_commit_failed()
    {
        var table = DispatchProxy.Create<IJobTable, Disk>();
        var disk = (Disk)(object)table;
        await using var desk = new JobDesk(table, new InMemoryJobQueueOptions());
        var taken = desk.TakeAsync(CancellationToken.None);

        disk.IsFull = true;
        await Assert.ThrowsAsync<IOException>(() => SubmitAsync(desk));
        await Assert.ThrowsAsync<IOException>(() => taken);
        Assert.Equal(1, disk.Undone);

        disk.IsFull = false;
        Assert.True(await SubmitAsync(desk));
    }

    [Fact]
    public void What_has_come_due_is_done_in_several_transactions()
    {
        var clock = new FakeTimeProvider();
        var options = new InMemoryJobQueueOptions { TimeProvider = clock };
        using var table = new MemoryTable();
        var ledger = new JobLedger(table, options);
        for (var n = 0; n < 2500; n++)
        {
            ledger.Add($"{n}", new JobContent([], null, null));
            ledger.Fail(ledger.Lease(ledger.Next()!).Receipt, "no luck", final: false);
        }

        clock.Advance(options.MaxBackoff);
        foreach (var (isMore, left) in (ReadOnlySpan<(bool, int)>)[(true, 1500), (true, 500), (false, 0)])
        {
            Assert.Equal(isMore, ledger.CatchUp(judgesLeases: true));
            Assert.Equal(left, table.Count(JobState.Delayed));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task All_of_it_is_done_whoever_asks_for_whatever()
    {
        var clock = new FakeTimeProvider();
        var table = DispatchProxy.Create<IJobTable, Disk>();
        await using var desk = new JobDesk(table, new InMemoryJobQueueOptions { TimeProvider = clock });
        for (var n = 0; n < 2500; n++)
        {
            await SubmitAsync(desk);
            var taken = await desk.TakeAsync(CancellationToken.None);
            await desk.AskAsync(ledger => ledger.Fail(taken.Receipt, "no luck", final: false), CancellationToken.None);
        }

        clock.Advance(TimeSpan.FromHours(1));
        await desk.AskAsync(static ledger => ledger.Count(), CancellationToken.None);

        Assert.Null(table.First(JobState.Delayed));
    }

    private static Task<bool> SubmitAsync(JobDesk desk) =>
        desk.AskAsync(ledger => ledger.Add(Guid.NewGuid().ToString(), new JobContent([], null, null)), CancellationToken.None);

    /// <summary>A table that cannot commit when it is told so.</summary>
    [SuppressMessage("Design", "CA1001", Justification = "The desk disposes of it, through this.")]
    public class Disk : DispatchProxy
    {
        private readonly MemoryTable table = new();

        public bool IsFull { get; set; }

        public int Undone { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name is nameof(IJobTable.Commit) && IsFull)
                throw new IOException("full");
            if (targetMethod.Name is nameof(IJobTable.Rollback))
                Undone++;
            return targetMethod.Invoke(table, args);
        }
    }
}
