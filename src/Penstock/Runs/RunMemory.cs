using Penstock.SharedMemory;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Runs;

/// <summary>What all processes of a run share besides its links: the records of workers and stages, and the mail of worker processes.</summary>
internal sealed class RunMemory
{
    /// <summary>The pages that a process is sure to use: records, its mailbox, what it reads at its start.</summary>
    public const int UsedByWorker = Mailbox.UsualLetter + (16 << 10);

    private const int Line = 128;

    private readonly SharedRegion region;
    private readonly bool isCreator;
    private long allocated;
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

    /// <summary>Addresses only; pages exist where something was put.</summary>
    /// <param name="processes">How many workers are processes.</param>
    public static long SizeFor(int processes) => (processes + 1) * Mailbox.Size; // their mailboxes, and as much for the records of all

    public static RunMemory Create(int processes, bool isPortable, FileSpace? space = null)
    {
        GlobalBarrier.Prepare();
        var memory = new RunMemory(SharedRegion.Create("run", SizeFor(processes), isPortable, space: space), isCreator: true);
        memory.Bell.Ring(); // retired memory reads as zero: who is about to listen then, with a count of before, must find that it has rung
        return memory;
    }

    public static RunMemory Open(string handle) => new(SharedRegion.Open(handle), isCreator: false);

    /// <param name="size">Addresses.</param>
    /// <param name="used">How many of them are sure to be used.</param>
    public FixedMemory Allocate(long size, long? used = null)
    {
        if (!isCreator)
            throw new InvalidOperationException("Only the process that started the run adds to its memory.");
        var offset = allocated;
        allocated += (size + Line - 1) / Line * Line;
        if (allocated > region.Size)
            throw new PipelineDefinitionException("The run has more workers than its shared memory has room for: use fewer.");
        region.Reserve(offset, used ?? size, size);
        return At(offset);
    }

    public FixedMemory At(long offset) => FixedMemory.In(region, offset);

    /// <summary>Numbers for the sets in which workers of several processes wait.</summary>
    public int NextSet() => ++lastSet;

    /// <summary>When the run is over.</summary>
    public void Retire() => region.Retire();
}
