using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>One thread listens, anybody in any process rings: a counter in shared memory.</summary>
internal sealed unsafe class Bell(FixedMemory memory)
{
    private readonly FixedMemory memory = memory;

    private int* Word => (int*)memory.Address;

    /// <summary>To be read before looking what there is to do.</summary>
    public int Rings => Volatile.Read(ref *Word);

    public void Ring()
    {
        Interlocked.Increment(ref *Word);
        memory.Wait.Rouse(Word, 1);
    }

    /// <summary>Returns when somebody has rung since <see cref="Rings"/> was read.</summary>
    public void Listen(int rings)
    {
        while (Rings == rings)
            memory.Wait.Sleep(Word, rings);
    }
}
