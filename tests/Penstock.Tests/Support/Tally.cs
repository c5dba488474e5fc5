using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;

namespace Penstock.Tests.Support;

/// <summary>What a <see cref="Tally"/> counts.</summary>
public enum Mark
{
    /// <summary>Generators that began.</summary>
    Begun,

    /// <summary>Generators whose finally ran.</summary>
    Ended,

    /// <summary>Items that were made.</summary>
    Made,

    /// <summary>Items that were disposed.</summary>
    Disposed,

    /// <summary>Items that exist now.</summary>
    Alive,

    /// <summary>The most that existed at once.</summary>
    MostAlive,
}

/// <summary>
/// Counts what happens in any process: numbers in a small mapped file, of which the path alone crosses. It knows nothing of
/// the engine's own shared memory, so it can bear witness about it.
/// </summary>
/// <param name="File">Where it is; gone when the test is over.</param>
public sealed record Tally(string File) : IDisposable
{
    private const int Room = 4096;
    private const int Line = 128; // bytes between two numbers, so that counting one does not slow another

    // One mapping a process and tally. A worker process keeps its own to its end.
    private static readonly ConcurrentDictionary<string, Mapping> Mappings = new(StringComparer.Ordinal);

    public long this[Mark mark] => Interlocked.Read(ref Number(mark));

    public static Tally Begin()
    {
        var tally = new Tally(Path.Combine(Path.GetTempPath(), $"penstock-tally-{Guid.NewGuid():N}"));
        using var file = System.IO.File.Create(tally.File);
        file.SetLength(Room);
        return tally;
    }

    public void Add(Mark mark, long amount = 1) => Interlocked.Add(ref Number(mark), amount);

    /// <summary>An item begins to exist.</summary>
    public void Enter()
    {
        var seen = Interlocked.Increment(ref Number(Mark.Alive));
        ref var most = ref Number(Mark.MostAlive);
        for (var before = Interlocked.Read(ref most); seen > before; before = Interlocked.Read(ref most))
            Interlocked.CompareExchange(ref most, seen, before);
    }

    /// <summary>An item exists no more.</summary>
    public void Leave() => Add(Mark.Alive, -1);

    public void Dispose()
    {
        if (Mappings.TryRemove(File, out var mapping))
            mapping.Dispose();
        System.IO.File.Delete(File);
    }

    private unsafe ref long Number(Mark mark) => ref *(long*)(Mappings.GetOrAdd(File, static file => new Mapping(file)).Address + ((int)mark * Line));

    private sealed unsafe class Mapping : IDisposable
    {
        private readonly MemoryMappedFile map;
        private readonly MemoryMappedViewAccessor view;

        public Mapping(string file)
        {
            map = MemoryMappedFile.CreateFromFile(new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), mapName: null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            view = map.CreateViewAccessor();
            byte* address = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
            Address = address + view.PointerOffset;
        }

        public byte* Address { get; }

        public void Dispose()
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            map.Dispose();
        }
    }
}
