using Microsoft.Win32.SafeHandles;
using Penstock.SharedMemory;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.SharedMemory;

/// <summary>The folder where files of shared memory lie is full: a clear error, where the first touch of a page would end the process.</summary>
[Collection(nameof(Alone))] // one looks at what is free in the folder
public class FullFolders
{
    private const int Large = 1 << 20;

    [Fact]
    public Task A_run_that_cannot_have_its_memory_is_refused_before_it_starts() => Within.Time(async () =>
    {
        var refused = await Assert.ThrowsAsync<PipelineDefinitionException>(() => Pipeline.From([1]).Then(Steps.Pass, Beside.Process).ToListAsync(In(new Room { Bytes = 40_000 })));
        Assert.Contains($"{FileRegion.Folder}, where 39 KiB are free", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MaxInFlight", refused.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task Memory_that_is_gone_meanwhile_is_missed_before_it_is_touched() => Within.Time(async () =>
    {
        var refused = await Assert.ThrowsAsync<IOException>(() => Pipeline.From([1]).Then(Steps.Pass, Beside.Process).ToListAsync(In(new Room { Largest = 0 })));
        Assert.Contains(FileRegion.Folder, refused.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_run_that_is_refused_half_built_leaves_no_file() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From([1]).Then(Steps.Pass, Beside.Process with { Name = "refused" }).Then(Steps.Pass, Beside.Process with { MaxInFlight = 1000 });
        await Assert.ThrowsAsync<IOException>(() => pipeline.ToListAsync(In(new Room { Largest = 64 << 10 })));
        Assert.Empty(Directory.GetFiles(FileRegion.Folder, $"penstock-link-refused-{Environment.ProcessId}-*"));
    });

    [Fact]
    public Task An_item_that_has_no_room_fails_with_its_stage() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From([1, Large]).Then(MakeArrays, new() { Name = "load" }).Then(Measure, Beside.Process);
        AssertNamesStage(await Assert.ThrowsAsync<IOException>(() => pipeline.ToListAsync(In(new Room { Largest = Large / 2 }))));
    });

    [Fact]
    public Task An_item_that_is_written_bit_by_bit_fails_in_the_same_way() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From([1, Large]).Then(MakeTexts, new() { Name = "load" }).Then(MeasureTexts, Beside.Process);
        AssertNamesStage(await Assert.ThrowsAsync<IOException>(() => pipeline.ToListAsync(In(new Room { Largest = Large / 2 }))));
        Assert.Equal([1, Large], await pipeline.ToListAsync(In(new Room())));
    });

    [Fact]
    public Task A_buffer_that_has_no_room_fails_with_its_stage() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From([1, Large]).Then(FillBuffers, new() { Name = "load" }).Then(MeasureBuffers, Beside.Process);
        AssertNamesStage(await Assert.ThrowsAsync<IOException>(() => pipeline.ToListAsync(In(new Room { Largest = Large / 2 }))));
    });

    [Fact]
    public Task A_reserved_page_takes_memory_before_it_is_touched() => Within.Time(() =>
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var region = FileRegion.Create("test", 64 << 20);
        var before = new DriveInfo(FileRegion.Folder).AvailableFreeSpace;
        Assert.Equal(32 << 20, region.Reserve(0, 32 << 20, 64 << 20));
        Assert.InRange(before - new DriveInfo(FileRegion.Folder).AvailableFreeSpace, 16 << 20, 48 << 20); // others use the folder, too
    });

    private static void AssertNamesStage(IOException full)
    {
        Assert.StartsWith("An item of stage 'load' cannot be handed on: There is no room for ", full.Message, StringComparison.Ordinal);
        Assert.Contains(FileRegion.Folder, full.Message, StringComparison.Ordinal);
    }

    private static RunOptions In(Room room) => new() { IsPortable = true, FileSpace = room };

    private static IEnumerable<byte[]> MakeArrays(IEnumerable<int> sizes) => sizes.Select(size => new byte[size]);

    private static IEnumerable<int> Measure(IEnumerable<byte[]> items) => items.Select(item => item.Length);

    private static IEnumerable<List<string>> MakeTexts(IEnumerable<int> sizes) => sizes.Select(size => Enumerable.Repeat("x", size).ToList());

    private static IEnumerable<int> MeasureTexts(IEnumerable<List<string>> items) => items.Select(item => item.Count);

    private static IEnumerable<Buffer<byte>> FillBuffers(IEnumerable<int> sizes) => sizes.Select(size => Buffer<byte>.Rent(size));

    private static IEnumerable<int> MeasureBuffers(IEnumerable<Buffer<byte>> items) => items.Select(item => item.Length);

    /// <summary>Has so many bytes, and gives at most so many at once.</summary>
    private sealed class Room : FileSpace
    {
        public long Bytes { get; init; } = 1 << 30;

        public long Largest { get; init; } = 1 << 30;

        public override long Free => Bytes;

        public override bool TryReserve(SafeFileHandle file, long offset, long length) => length <= Largest && base.TryReserve(file, offset, length);
    }
}
