using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Penstock.SharedMemory;
using Penstock.Tests.Support;

namespace Penstock.Tests.SharedMemory;

/// <summary>The contract of shared regions, for each kind of them.</summary>
[Collection(nameof(Alone))]
public abstract unsafe class Regions
{
    private const long Huge = 4L << 40;

    [Fact]
    public Task What_one_mapping_writes_another_reads() => Within.Time(() =>
    {
        using var created = Create(10_000);
        using var opened = SharedRegion.Open(created.Handle);
        Assert.Equal(10_000, opened.Size);
        created.Address[0] = 1;
        opened.Address[9_999] = 2;
        Assert.Equal(1, opened.Address[0]);
        Assert.Equal(2, created.Address[9_999]);
    });

    [Fact]
    public Task Four_tebibytes_take_only_the_pages_that_are_touched() => Within.Time(() =>
    {
        using var region = Create(Huge);
        using var opened = SharedRegion.Open(region.Handle);
        var before = Memory.Shared;
        region.Address[0] = 1;
        region.Address[Huge - 1] = 2;
        Assert.Equal(2, opened.Address[Huge - 1]);
        Memory.MustNotHaveGrown(before, 1 << 20);
    });

    [Fact]
    public Task Released_pages_are_given_back_and_read_as_zero() => Within.Time(() =>
    {
        const int Size = 64 << 20;
        using var region = Create(Size);
        var before = Memory.Shared;
        new Span<byte>(region.Address, Size).Fill(1);
        Assert.InRange(Memory.Shared - before, Size * 9L / 10, long.MaxValue);

        region.Release(1, Size - 2); // not the first and not the last page: they are not wholly inside
        Memory.MustNotHaveGrown(before, Size / 10);
        Assert.Equal((1, 0, 1), (region.Address[0], region.Address[Size / 2], region.Address[Size - 1]));
        region.Address[Size / 2] = 3;
        Assert.Equal(3, region.Address[Size / 2]);
    });

    [Fact]
    public Task A_retired_region_keeps_its_addresses_and_no_memory_is_promised_for_them() => Within.Time(() =>
    {
        using var region = Create(Huge);
        var (shared, promised) = (Memory.Shared, Memory.Promised);
        new Span<byte>(region.Address, 8 << 20).Fill(1);
        region.Retire();
        region.Retire(); // once more: harmless
        Assert.InRange(Memory.Promised - promised, long.MinValue, 1L << 30);
        Memory.MustNotHaveGrown(shared, 1 << 20);
        Assert.Equal((0, 0), (region.Address[0], region.Address[Huge - 1]));
        region.Address[0] = 1; // who is about to ring a bell, say
    });

    [Fact]
    public Task A_retired_region_keeps_no_descriptor() => Within.Time(() =>
    {
        SharedRegion.CollectRetired(); // what earlier tests have left to the collector
        var before = Leftovers.Now().Descriptors;
        using var region = Create(1 << 20);
        region.Retire();
        Assert.InRange(Leftovers.Now().Descriptors, 0, before);
    });

    [Fact]
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "That is the point.")]
    public Task Retired_regions_give_way_when_the_addresses_are_used_up() => Within.Time(() =>
    {
        for (var i = 0; i < 40; i++) // 160 TiB, of the 128 that a process has
            CreateAndRetire();
        SharedRegion.CollectRetired(); // what is left of them

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void CreateAndRetire() => Create(Huge).Retire();
    });

    [Fact]
    public Task A_range_outside_the_region_cannot_be_released() => Within.Time(() =>
    {
        using var region = Create(8192);
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Release(4096, 8192));
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Release(-1, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => region.Release(0, -1));
        region.Release(8192, 0);
    });

    [Fact]
    public Task Two_hundred_regions_leave_no_descriptor_no_mapping_and_no_file() => Within.Time(() =>
    {
        CreateOpenDispose();
        SharedRegion.CollectRetired(); // what earlier tests have left to the collector
        var before = Leftovers.Now();
        for (var i = 0; i < 200; i++)
            CreateOpenDispose();
        before.MustNotHaveGrown();

        void CreateOpenDispose()
        {
            using var created = Create(1 << 20);
            using var opened = SharedRegion.Open(created.Handle);
            opened.Address[0] = 1;
            created.Dispose(); // once more at the end: harmless
        }
    });

    [Fact]
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "That is the point.")]
    public Task Forgotten_regions_are_cleaned_up() => Within.Time(() =>
    {
        SharedRegion.CollectRetired(); // what earlier tests have left to the collector
        var before = Leftovers.Now();
        Forget();
        for (var i = 0; i < 10 && before.HaveGrown(); i++)
            SharedRegion.CollectRetired();
        before.MustNotHaveGrown();

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void Forget()
        {
            for (var i = 0; i < 10; i++)
                Create(1 << 20).Address[0] = 1;
        }
    });

    [Fact]
    public Task An_opened_region_outlives_its_creator() => Within.Time(() =>
    {
        var created = Create(4096);
        created.Address[5] = 7;
        using var opened = SharedRegion.Open(created.Handle);
        created.Dispose();
        Assert.Equal(7, opened.Address[5]);
    });

    [Fact]
    public Task A_region_that_is_gone_cannot_be_opened() => Within.Time(() =>
    {
        var created = Create(4096);
        var handle = created.Handle;
        created.Dispose();
        Assert.ThrowsAny<IOException>(() => SharedRegion.Open(handle));
        Assert.ThrowsAny<IOException>(() => SharedRegion.Open("nonsense"));
    });

    [Fact]
    public Task A_handle_that_leads_to_something_else_is_refused() => Within.Time(() =>
    {
        using var created = Create(4096);
        Assert.ThrowsAny<IOException>(() => SharedRegion.Open(created.Handle.Replace(":4096", ":8192", StringComparison.Ordinal)));
    });

    [Fact]
    public Task No_mapping_goes_into_core_dumps() => Within.Time(() =>
    {
        using var created = Create(1 << 20);
        var start = ((nint)created.Address).ToString("x", CultureInfo.InvariantCulture);
        var flags = File.ReadLines("/proc/self/smaps").SkipWhile(l => !l.StartsWith(start, StringComparison.Ordinal)).First(l => l.StartsWith("VmFlags", StringComparison.Ordinal));
        Assert.Contains(" dd", flags, StringComparison.Ordinal);
    });

    internal abstract SharedRegion Create(long size);

    // Retired regions of earlier tests count until they are collected, at any time: each figure may also fall.
    private sealed record Leftovers(int Descriptors, int Mappings, int Files)
    {
        public static Leftovers Now() => new(
            Directory.GetFileSystemEntries("/proc/self/fd").Count(path => Target(path).Contains("penstock-", StringComparison.Ordinal)),
            File.ReadLines("/proc/self/maps").Count(line => line.Contains("penstock-", StringComparison.Ordinal)),
            Directory.GetFiles(FileRegion.Folder, $"penstock-test-{Environment.ProcessId}-*").Length);

        public bool HaveGrown()
        {
            var now = Now();
            return now.Descriptors > Descriptors || now.Mappings > Mappings || now.Files > Files;
        }

        public void MustNotHaveGrown() => Assert.False(HaveGrown(), $"{this} before, {Now()} now");

        private static string Target(string path)
        {
            try
            {
                return new FileInfo(path).LinkTarget ?? "";
            }
            catch (IOException)
            {
                return ""; // closed in the meantime
            }
        }
    }
}

/// <summary>Memory files without a name.</summary>
public class MemfdRegions : Regions
{
    internal override SharedRegion Create(long size) => MemfdRegion.Create("test", size);
}

/// <summary>Mapped files.</summary>
public class FileRegions : Regions
{
    [Fact]
    public Task Nobody_else_may_open_the_file_and_unlinked_it_has_no_name() => Within.Time(() =>
    {
        if (OperatingSystem.IsWindows())
            return;
        using var region = Create(4096);
        var path = region.Handle[..region.Handle.LastIndexOf(':')];
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        region.Unlink();
        Assert.False(File.Exists(path));
    });

    internal override SharedRegion Create(long size) => FileRegion.Create("test", size);
}
