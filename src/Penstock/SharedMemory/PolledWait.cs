namespace Penstock.SharedMemory;

/// <summary>
/// Everywhere: there is no wake-up between processes that all systems have, so this looks again after pauses that grow with the wait. It
/// is the one place that polls: a wait lasts an eighth longer than it need, at least 1 ms and at most 16, and a long one costs 60 looks a second.
/// </summary>
internal sealed unsafe class PolledWait : SharedWait
{
    private const int LongestPause = 16;

    public override bool Sleep(int* word, int expected, int milliseconds = Timeout.Infinite)
    {
        var start = Environment.TickCount64;
        while (Volatile.Read(ref *word) == expected)
        {
            var waited = Environment.TickCount64 - start;
            if (milliseconds >= 0 && waited >= milliseconds)
                return false;
            var pause = Math.Clamp(waited / 8, 1, LongestPause);
            Thread.Sleep((int)(milliseconds < 0 ? pause : Math.Min(pause, milliseconds - waited)));
        }

        return true;
    }

    public override void Rouse(int* word, int count)
    {
        // Sleepers look by themselves.
    }
}
