using Penstock.SharedMemory;
using Penstock.Waiting;

namespace Penstock.Runs;

/// <summary>What all processes of a run share besides its links: the records of workers and stages, and the mail of worker processes.</summary>
internal sealed class RunMemory
{
    /// <summary>Addresses only; pages exist where something was put.</summary>
    public const long Size = 1L << 36;

    private const int Line = 128;

    private readonly SharedRegion region;
    private readonly bool isCreator;
    private long used;
    private int lastSet;

    private RunMemory(SharedRegion region, bool isCreator)
    {
        this.region = region;
        this.isCreator = isCreator;
        Bell = new Bell(isCreator ? Allocate(sizeof(int)) : At(0));
    }

    public string Handle => region.Handle;

    /// <summary>Rung when there is something to do for the process that started the run.</summary>
    public Bell Bell { get; }

    public static RunMemory Create(bool isPortable)
    {
        GlobalBarrier.Prepare();
        return new(SharedRegion.Create("run", Size, isPortable), isCreator: true);
    }

    public static RunMemory Open(string handle) => new(SharedRegion.Open(handle), isCreator: false);

    public FixedMemory Allocate(long size)
    {
        if (!isCreator)
            throw new InvalidOperationException("Only the process that started the run adds to its memory.");
        var offset = used;
        used += (size + Line - 1) / Line * Line;
        return used <= Size ? At(offset) : throw new PipelineDefinitionException("The run has more process workers than its shared memory has room for: use fewer.");
    }

    public FixedMemory At(long offset) => FixedMemory.In(region, offset);

    /// <summary>Numbers for the sets in which workers of several processes wait.</summary>
    public int NextSet() => ++lastSet;

    /// <summary>When the run is over.</summary>
    public void Retire() => region.Retire();
}
