using System.Diagnostics.CodeAnalysis;
using System.Reflection;
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
