using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>Parks a thread on the state word itself, which is known to the kernel by its address, or by its place in shared memory.</summary>
internal sealed unsafe class WordWaiter(FixedMemory memory) : Waiter(memory)
{
    private readonly SharedWait wait = memory.Wait;

    private int* Word => (int*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref State);

    public override ValueTask WaitAsync(int milliseconds = Timeout.Infinite)
    {
        // Returns at once if the word has changed; spurious returns go round again.
        for (var state = Volatile.Read(ref State); IsWaiting(state); state = Volatile.Read(ref State))
        {
            if (!wait.Sleep(Word, state, milliseconds))
                Wake(); // ends this wait, unless somebody just did
        }

        return ValueTask.CompletedTask;
    }

    public override void Nudge() => wait.Rouse(Word, 1); // it looks at the word again

    protected override void Resume() => wait.Rouse(Word, 1);
}
