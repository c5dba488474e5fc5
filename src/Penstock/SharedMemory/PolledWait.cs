namespace Penstock.SharedMemory;

/// <summary>
/// Everywhere: there is no wake-up between processes that all systems have, so this looks again after growing pauses. It is
/// the one place that polls: a wait costs up to 16 ms of delay, and 60 looks a second.
/// </summary>
internal sealed unsafe class PolledWait : SharedWait
{
    private const int LongestPause = 16;

    public override bool Sleep(int* word, int expected, int milliseconds)
    {
        var start = Environment.TickCount64;
        for (var pause = 1; Volatile.Read(ref *word) == expected; pause = Math.Min(pause * 2, LongestPause))
        {
            var left = milliseconds - (Environment.TickCount64 - start);
            if (milliseconds >= 0 && left <= 0)
                return false;
            Thread.Sleep(milliseconds < 0 ? pause : (int)Math.Min(pause, left));
        }

        return true;
    }

    public override void Rouse(int* word, int count)
    {
        // Sleepers look by themselves.
    }
}
