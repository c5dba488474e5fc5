using System.Buffers.Text;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Penstock.Waiting;

/// <summary>
/// Whether other processes want all processors all the time, so that who yields one gets it back only when they have used up their time, some
/// milliseconds. Who sleeps is woken sooner then. Between threads of this process yields do better, also where those take all processors: whoever
/// has its turn then does the work of several wake-ups.
/// </summary>
/// <remarks>
/// It costs nothing until a yield has taken long. Then it is looked at how long the processors were idle, and worked for this process, and again
/// at a later such yield. They are crowded if hardly any time in between was idle, others had a good part of it, and a good part of it has
/// passed in such yields. From then on somebody looks ten times a second, until the first or the second is not so any more.
/// </remarks>
/// <param name="processors">How many there are; 0 if that is not known, so that they are never crowded.</param>
/// <param name="readUse">What they have done so far, all of them together. Null if it is not known.</param>
/// <param name="time">The clock.</param>
internal sealed class Crowding(int processors, Func<Crowding.Use?> readUse, TimeProvider time)
{
    private const int LongYield = 500; // microseconds: many times a wake-up
    private const int Shortest = 100; // milliseconds between two looks: the idle time is counted in hundredths of a second
    private const int Longest = 1000; // before, the last look says nothing about now
    private const double MostIdle = 0.02; // of the processors' time
    private const double LeastForOthers = 0.25; // of that, too
    private const double LeastLost = 0.5; // of the time, in long yields, of all threads together

    private const long Never = long.MinValue;

    private static SafeFileHandle? uptime; // left open
    private static bool isUnknown;

    private bool isCrowded;
    private int isBeingLookedAt;
    private long lookedAt = Never; // by the clock
    private Use useThen;
    private long lost; // microseconds since the last look

    /// <summary>This machine's.</summary>
    public static Crowding OfMachine { get; } = new(Processors.Online, ReadUse, TimeProvider.System);

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
            var use = readUse();
            Volatile.Write(ref isCrowded, (isCrowded || (isLost && since <= Longest)) && use is { } now && IsCrowdedBetween(useThen, now, since * processors));
            useThen = use ?? default;
            Volatile.Write(ref lookedAt, time.GetTimestamp());
        }
        finally
        {
            Volatile.Write(ref isBeingLookedAt, 0);
        }
    }

    private static bool IsCrowdedBetween(Use before, Use now, double all)
    {
        var idle = (now.Idle - before.Idle).TotalMilliseconds;
        var own = (now.Own - before.Own).TotalMilliseconds;
        return idle < MostIdle * all && all - idle - own >= LeastForOthers * all;
    }

    /// <summary>What this machine's processors have done so far; null if it cannot be had. Called while stages work, so it allocates nothing.</summary>
    internal static Use? ReadUse()
    {
        if (isUnknown)
            return null;
        try
        {
            uptime ??= File.OpenHandle("/proc/uptime");
            Span<byte> text = stackalloc byte[64]; // "seconds since the start, idle seconds", in hundredths
            text = text[..RandomAccess.Read(uptime, text, fileOffset: 0)];
            var idle = text[(text.IndexOf((byte)' ') + 1)..];
            return Utf8Parser.TryParse(idle, out double seconds, out _) ? new Use(TimeSpan.FromSeconds(seconds), Environment.CpuUsage.TotalTime) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            isUnknown = true;
            return null;
        }
    }

    /// <param name="Idle">How long they had nothing to do.</param>
    /// <param name="Own">How long they worked for this process.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Use(TimeSpan Idle, TimeSpan Own);
}
