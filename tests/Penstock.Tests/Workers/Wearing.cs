using Penstock.Processes;
using Penstock.Tests.Support;
using Penstock.Workers;

namespace Penstock.Tests.Workers;

/// <summary>A worker process wears out by items, or by the memory that it has come to use.</summary>
[Collection(nameof(Alone))] // one looks at what the process has
public class Wearing
{
    private long memory;
    private long now;
    private int looks;

    [Fact]
    public void Stages_that_say_nothing_do_not_wear() => Assert.Null(Wear.For(new StageOptions { MemoryLimit = 1 << 30 }));

    [Fact]
    public void Items_are_counted()
    {
        var wear = new Wear(3, memory: null, Memory, Clock);
        Assert.Equal([false, false, true, true], Enumerable.Range(0, 4).Select(_ => wear.IsEnough()));
        Assert.Equal(0, looks);
    }

    [Fact]
    public void Memory_is_looked_at_now_and_then()
    {
        var wear = new Wear(items: null, memory: 100, Memory, Clock);
        memory = 100;
        Assert.DoesNotContain(true, Enumerable.Range(0, 1000).Select(_ => wear.IsEnough()));
        Assert.Equal(1, looks);
        memory = 101;
        Assert.False(wear.IsEnough());
        now += Wear.Period;
        Assert.True(wear.IsEnough());
        Assert.Equal(2, looks);
    }

    [Fact]
    public unsafe void Memory_that_is_used_is_seen()
    {
        const int Size = 64 << 20;
        var before = OwnMemory.Read();
        Assert.InRange(before, 1 << 20, 64L << 30);
        var block = System.Runtime.InteropServices.NativeMemory.Alloc(Size);
        System.Runtime.InteropServices.NativeMemory.Fill(block, Size, 1);
        var after = OwnMemory.Read();
        System.Runtime.InteropServices.NativeMemory.Free(block);
        Assert.True(after > before, $"{before} before, {after} with {Size} more");
    }

    private long Memory()
    {
        looks++;
        return memory;
    }

    private long Clock() => now;
}
