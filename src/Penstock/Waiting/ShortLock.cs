using System.Diagnostics;
using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>
/// A lock for what takes nanoseconds, entered so often that what <see cref="Lock"/> does to know its owner counts. It is one word, the first
/// of memory whose rest may hold what it guards: who gets the lock has fetched that, too. Not for a thread that holds it already.
/// </summary>
/// <remarks>The three states are those of Ulrich Drepper's paper "Futexes Are Tricky" (2011).</remarks>
/// <param name="memory">A zeroed word, and anything behind it.</param>
/// <param name="isPortable">Whether to do as on systems without a way to wait for a word.</param>
internal sealed unsafe class ShortLock(FixedMemory memory, bool isPortable = false)
{
    private const int Free = 0;
    private const int Held = 1;
    private const int Contended = 2; // held, and somebody may sleep

    // Some microseconds: longer than it is held as a rule. The rest is waited for asleep: that a thread is started under it, or that who holds
    // it has lost the processor.
    private const int MostSpins = 20;

    private readonly Lock? other = FutexWait.IsSupported && !isPortable ? null : new Lock();
    private readonly int* word = (int*)memory.Address;

    public void Enter()
    {
        if (other is not null)
            other.Enter();
        else if (Interlocked.CompareExchange(ref *word, Held, Free) != Free)
            EnterSlowly();
    }

    public void Exit()
    {
        if (other is not null)
        {
            other.Exit();
            return;
        }

        var state = Interlocked.Exchange(ref *word, Free);
        Debug.Assert(state != Free, "Nobody holds it.");
        if (state == Contended)
            memory.Wait.Rouse(word, 1);
    }

    /// <summary>Enters, and exits when that is disposed.</summary>
    public Scope Hold()
    {
        Enter();
        return new Scope(this);
    }

    private void EnterSlowly()
    {
        for (var spins = 0; spins < MostSpins; spins++)
        {
            Thread.SpinWait(2);
            if (Volatile.Read(ref *word) == Free && Interlocked.CompareExchange(ref *word, Held, Free) == Free)
                return;
        }

        while (Interlocked.Exchange(ref *word, Contended) != Free)
            memory.Wait.Sleep(word, Contended);
    }

    public readonly ref struct Scope(ShortLock held)
    {
        public void Dispose() => held.Exit();
    }
}
