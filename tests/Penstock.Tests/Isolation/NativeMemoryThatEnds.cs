using System.Runtime.InteropServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>A stage in a process runs out of native memory under its MemoryLimit.</summary>
public class NativeMemoryThatEnds
{
    [Fact]
    public Task An_exception_crosses_as_itself_although_no_memory_is_left_to_write_much() => Within.Time(async () =>
    {
        if (!OperatingSystem.IsLinux())
            return; // native memory is not limited
        var pipeline = Pipeline.From([1]).Then(TakeAll, Beside.Process with { MemoryLimit = 100_000_000 });
        await Assert.ThrowsAsync<OutOfMemoryException>(() => pipeline.ToListAsync());
    });

    private static unsafe IEnumerable<int> TakeAll(IEnumerable<int> items) => items.Select(item =>
    {
        while (item > 0)
            NativeMemory.Alloc(10_000_000);
        return item;
    });
}
