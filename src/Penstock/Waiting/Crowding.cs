using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Penstock.Waiting;

/// <summary>
/// Whether all processors are wanted all the time, so that who yields one gets it back only when others have used up their time, some
/// milliseconds. Who sleeps is woken sooner then. The others may be threads of this process, but not those that yield in turn.
/// </summary>
/// <remarks>
/// It costs nothing until a yield has taken long. Then the idle time of the processors is looked at, and again at a later such yield. They are
/// crowded if hardly any time was idle in between, and a good part of it has passed in such yields. From then on somebody looks
/// ten times a second, until some time was idle.
/// </remarks>
/// <param name="processors">How many there are; 0 if that is not known, so that they are never crowded.</param>
/// <param name="readIdle">The time that they were idle so far, of all of them together. Null if it is not known.</param>
/// <param name="time">The clock.</param>
internal sealed class Crowding(int processors, Func<TimeSpan?> readIdle, TimeProvider time)
{
    private const int LongYield = 500; // microseconds: many times a wake-up
    private const int Shortest = 100; // milliseconds between two looks: the idle time is counted in hundredths of a second
    private const int Longest = 1000; // before, the last look says nothing about now
    private const double MostIdle = 0.02; // of the processors' time
    private const double LeastLost = 0.5; // of the time, in long yields, of all threads together

    private const long Never = long.MinValue;

    private static SafeFileHandle? uptime; // left open
    private static bool isUnknown;

    private bool isCrowded;
    private int isBeingLookedAt;
    private long lookedAt = Never; // by the clock
    private TimeSpan idleThen;
    private long lost; // microseconds since the last look

    /// <summary>This machine's.</summary>
    public static Crowding OfMachine { get; } = new(Processors.Online, ReadIdle, TimeProvider.System);

    /// <summary>Whether it is so now; looks again if the last look was long ago.</summary>
    public bool IsCrowded
    {
        get
        {
            if (!Volatile.Read(ref isCrowded))
                return false;
            Look();
            return Volatile.Read(ref isCrowded);
        }
    }

    /// <summary>A thread has yielded its processor, and has it back after so long. It stands for so many yields.</summary>
    public void OnYielded(TimeSpan after, int weight)
    {
        if (after.TotalMicroseconds < LongYield || processors == 0)
            return;
        Interlocked.Add(ref lost, (long)after.TotalMicroseconds * weight);
        Look();
    }

    private double SinceLook => Volatile.Read(ref lookedAt) is not Never and var then ? time.GetElapsedTime(then).TotalMilliseconds : double.MaxValue;

    private void Look()
    {
        if (SinceLook < Shortest || Interlocked.Exchange(ref isBeingLookedAt, 1) != 0)
            return;
        try
        {
            if (SinceLook is not (>= Shortest and var since)) // somebody else has looked meanwhile
                return;
            var isLost = Interlocked.Exchange(ref lost, 0) >= LeastLost * 1000 * since;
            var idle = readIdle();
            var isBusy = (idle - idleThen)?.TotalMilliseconds < MostIdle * since * processors;
            Volatile.Write(ref isCrowded, isBusy && (isCrowded || (isLost && since <= Longest)));
            idleThen = idle ?? TimeSpan.Zero;
            Volatile.Write(ref lookedAt, time.GetTimestamp());
        }
        finally
        {
            Volatile.Write(ref isBeingLookedAt, 0);
        }
    }

    /// <summary>The idle time of this machine's processors so far; null if it cannot be had. Called while stages work, so it allocates nothing.</summary>
    internal static TimeSpan? ReadIdle()
    {
        if (isUnknown)
            return null;
        try
        {
            uptime ??= File.OpenHandle("/proc/uptime");
            Span<byte> text = stackalloc byte[64]; // "seconds since the start, idle seconds", in hundredths
            text = text[..RandomAccess.Read(uptime, text, fileOffset: 0)];
            var idle = text[(text.IndexOf((byte)' ') + 1)..];
            return Utf8Parser.TryParse(idle, out double seconds, out _) ? TimeSpan.FromSeconds(seconds) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            isUnknown = true;
            return null;
        }
    }
}
