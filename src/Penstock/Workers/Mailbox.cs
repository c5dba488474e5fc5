using System.Runtime.InteropServices;
using Penstock.Serialization;
using Penstock.SharedMemory;
using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>
/// How a worker process tells the process that started it what has happened to its generator, and waits until that has been
/// dealt with: one letter at a time.
/// </summary>
/// <remarks>
/// Protocol. The worker writes the letter, then the state <c>posted</c>, rings, and sleeps on the state. The other side reads the
/// letter, writes its answer, then the state <c>answered</c>, and wakes it. A letter of a worker that has died meanwhile still counts.
/// </remarks>
internal sealed unsafe class Mailbox(FixedMemory memory, Bell bell)
{
    /// <summary>Addresses of a mailbox; pages exist where an exception was that long.</summary>
    public const long Size = 1L << 26;

    /// <summary>What letters usually take. So much is reserved with the mailbox.</summary>
    public const int UsualLetter = 16 << 10;

    private const int Empty = 0;
    private const int Posted = 1;
    private const int Answered = 2;

    private readonly FixedMemory memory = memory;
    private readonly Lock posting = new(); // any thread of the process may log
    private bool hasSaidGoodbye;

    private Envelope* Letter => (Envelope*)memory.Address;

    public long Offset => memory.Offset;

    /// <summary>The longest exception, in bytes.</summary>
    public static int Room => (int)(Size - sizeof(Envelope));

    private static int UsualRoom => UsualLetter - sizeof(Envelope);

    /// <summary>Whether a letter waits to be answered.</summary>
    public bool HasLetter => Volatile.Read(ref Letter->State) == Posted;

    /// <summary>Called by the worker. Returns the answer.</summary>
    public (bool Granted, TimeSpan Pause) Post(News news, Exception? exception = null, long number = -1, long delivered = 0) =>
        exception is null ? Post(news, [], number, delivered) : Post(news, limit => ExceptionCodec.Write(exception, limit), number, delivered);

    /// <param name="news">What has happened.</param>
    /// <param name="write">Writes at most so many bytes about it.</param>
    /// <param name="number">See <see cref="Post(News, Exception?, long, long)"/>.</param>
    /// <param name="delivered">See <see cref="Post(News, Exception?, long, long)"/>.</param>
    public (bool Granted, TimeSpan Pause) Post(News news, Func<int, byte[]> write, long number = -1, long delivered = 0)
    {
        var bytes = write(Room);
        var fits = bytes.Length <= UsualRoom || memory.TryReserve(sizeof(Envelope) + bytes.Length);
        return Post(news, fits ? bytes : write(UsualRoom), number, delivered);
    }

    /// <inheritdoc cref="Post(News, Exception?, long, long)"/>
    public (bool Granted, TimeSpan Pause) Post(News news, byte[] bytes, long number = -1, long delivered = 0)
    {
        lock (posting)
            return hasSaidGoodbye ? default : PostAlone(news, bytes, number, delivered);
    }

    private (bool Granted, TimeSpan Pause) PostAlone(News news, byte[] bytes, long number, long delivered)
    {
        hasSaidGoodbye = news is News.Left or News.Worn; // after that nobody answers
        var letter = Letter;
        letter->News = news;
        letter->Number = number;
        letter->Delivered = delivered;
        letter->Length = bytes.Length;
        bytes.CopyTo(new Span<byte>(letter + 1, bytes.Length));
        Volatile.Write(ref letter->State, Posted);
        bell.Ring();
        while (Volatile.Read(ref letter->State) == Posted)
            memory.Wait.Sleep(&letter->State, Posted);
        letter->State = Empty;
        return (letter->Granted, TimeSpan.FromTicks(letter->Pause));
    }

    /// <summary>Called by the other side: the letter that waits to be answered, if there is one.</summary>
    public bool TryRead(out News news, out ReadOnlySpan<byte> exception, out long number, out long delivered)
    {
        var letter = Letter;
        var isPosted = Volatile.Read(ref letter->State) == Posted;
        (news, number, delivered) = (letter->News, letter->Number, letter->Delivered);
        exception = new ReadOnlySpan<byte>(letter + 1, isPosted ? letter->Length : 0);
        return isPosted;
    }

    public void Answer(bool granted = false, TimeSpan pause = default)
    {
        Letter->Granted = granted;
        Letter->Pause = pause.Ticks;
        Volatile.Write(ref Letter->State, Answered);
        memory.Wait.Rouse(&Letter->State, 1);
    }

    /// <summary>Before another process uses it.</summary>
    public void Clear() => Volatile.Write(ref Letter->State, Empty);

    [StructLayout(LayoutKind.Sequential)]
    private struct Envelope
    {
        public int State;
        public News News;
        public int Length;
        public long Delivered;
        public long Number;
        public long Pause;
        public bool Granted;
    }
}

/// <summary>What a worker process has to tell.</summary>
internal enum News
{
    /// <summary>Its generator ended before its input did.</summary>
    EndedEarly,

    /// <summary>Its generator failed, and the stage with it.</summary>
    Failed,

    /// <summary>Its generator failed on an item, under a fault policy: what now?</summary>
    FailedOnItem,

    /// <summary>Something else failed, which ends the run where it stands.</summary>
    FailedRun,

    /// <summary>A finally block failed while the worker was being stopped.</summary>
    FailedInCleanup,

    /// <summary>Its input ended with a fault.</summary>
    Inherited,

    /// <summary>A line was logged, see <see cref="LogLine"/>.</summary>
    Logged,

    /// <summary>A tracked item was in hand from then on, for so long: ticks.</summary>
    Spanned,

    /// <summary>It has taken as many items as one process should, has ended its generator, and exits: another may follow.</summary>
    Worn,

    /// <summary>It has ended its generator, given everything back, and exits.</summary>
    Left,
}
