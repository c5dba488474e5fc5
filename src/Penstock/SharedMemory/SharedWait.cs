namespace Penstock.SharedMemory;

/// <summary>
/// Waiting for a 32-bit word in shared memory to change, across processes. Who changes it writes first, then wakes; the
/// waiter sleeps only while the word still holds what it expects, so no wake-up is lost between its look and its sleep.
/// </summary>
internal abstract unsafe class SharedWait
{
    /// <summary>The one that all processes of a run use.</summary>
    public static readonly SharedWait Current = FutexWait.IsSupported ? new FutexWait() : new PolledWait();

    /// <summary>Returns when the word differs from what was expected, on a wake-up, or for no reason: look again. False after the time.</summary>
    /// <param name="word">Aligned to 4 bytes.</param>
    /// <param name="expected">The value with which to wait.</param>
    /// <param name="milliseconds">The longest wait; -1 for no limit.</param>
    public static bool Wait(int* word, int expected, int milliseconds = Timeout.Infinite) => Current.Sleep(word, expected, milliseconds);

    /// <summary>Wakes up to so many who wait on the word, in any process.</summary>
    public static void Wake(int* word, int count) => Current.Rouse(word, count);

    public abstract bool Sleep(int* word, int expected, int milliseconds);

    public abstract void Rouse(int* word, int count);
}
