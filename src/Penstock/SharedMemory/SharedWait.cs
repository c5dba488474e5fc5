namespace Penstock.SharedMemory;

/// <summary>
/// Waiting for a 32-bit word in shared memory to change, across processes. Who changes it writes first, then wakes; the
/// waiter sleeps only while the word still holds what it expects, so no wake-up is lost between its look and its sleep.
/// </summary>
internal abstract unsafe class SharedWait
{
    public static readonly SharedWait Portable = new PolledWait();

    /// <summary>The one of this process. All processes of a run use the same.</summary>
    public static readonly SharedWait Current = FutexWait.IsSupported ? new FutexWait() : Portable;

    /// <summary>Returns when the word differs from what was expected, on a wake-up, or for no reason: look again. False after the time.</summary>
    /// <param name="word">Aligned to 4 bytes.</param>
    /// <param name="expected">The value with which to wait.</param>
    /// <param name="milliseconds">The longest wait; -1 for no limit.</param>
    public abstract bool Sleep(int* word, int expected, int milliseconds = Timeout.Infinite);

    /// <summary>Wakes up to so many who wait on the word, in any process.</summary>
    public abstract void Rouse(int* word, int count);
}
