using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Penstock.Serialization;
using Penstock.SharedMemory;
using Penstock.Tests.Support;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Tests.Workers;

/// <summary>A letter whose pages the folder has no room for is cut to those that are there: their first touch would end the process.</summary>
public sealed class MailInFullFolders : IDisposable
{
    private const int Offset = 4096;

    private readonly Folder folder = new();
    private readonly SharedRegion region;
    private readonly Bell bell;
    private readonly Mailbox mailbox;

    public MailInFullFolders()
    {
        region = SharedRegion.Create("mail", Mailbox.Size + Offset, isPortable: true, used: Offset + Mailbox.UsualLetter, space: folder);
        bell = new Bell(FixedMemory.In(region, 0));
        mailbox = new Mailbox(FixedMemory.In(region, Offset), bell);
        folder.IsFull = true;
    }

    public void Dispose() => region.Dispose();

    [Fact]
    public Task An_exception_arrives_cut() => Within.Time(async () =>
    {
        var arrived = await Arrived(new FormatException(new string('x', 1 << 20)));
        Assert.StartsWith("xxx", Assert.IsType<FormatException>(arrived).Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task One_with_too_many_causes_arrives_without_them() => Within.Time(async () =>
    {
        var arrived = await Arrived(new AggregateException("all of them", Enumerable.Range(0, 2000).Select(n => new FormatException($"{n}"))));
        Assert.Empty(Assert.IsType<AggregateException>(arrived).InnerExceptions);
        Assert.Contains("all of them", arrived.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_logged_line_arrives_cut() => Within.Time(async () =>
    {
        var line = new LogLine(LogLevel.Warning, new EventId(7, new string('n', 100_000)), new string('€', 100_000), new string('€', 100_000));
        var letter = await Letter(box => box.Post(News.Logged, line.Write));
        Assert.InRange(letter.Length, 1, Mailbox.UsualLetter - 1);
        var arrived = LogLine.Read(letter);
        Assert.Equal((LogLevel.Warning, 7), (arrived.Level, arrived.Event.Id));
        Assert.StartsWith("€€€", arrived.Text, StringComparison.Ordinal);
    });

    [Fact]
    public Task Where_there_is_room_a_long_letter_reserves_its_pages_and_arrives_whole() => Within.Time(async () =>
    {
        folder.IsFull = false;
        var letter = await Letter(box => box.Post(News.Failed, new FormatException(new string('x', 1 << 20))));
        Assert.Equal(1 << 20, ExceptionCodec.Read(letter).Message.Length);
        Assert.Equal(Offset, folder.LastOffset);
        Assert.InRange(folder.LastLength, letter.Length + 1, Mailbox.Size);
    });

    private async Task<Exception> Arrived(Exception exception)
    {
        var letter = await Letter(box => box.Post(News.Failed, exception));
        Assert.InRange(letter.Length, 1, Mailbox.UsualLetter - 1);
        return ExceptionCodec.Read(letter);
    }

    private async Task<byte[]> Letter(Action<Mailbox> post)
    {
        var rings = bell.Rings;
        var posted = Task.Factory.StartNew(() => post(mailbox), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        bell.Listen(rings);
        Assert.True(mailbox.TryRead(out _, out var bytes, out _, out _));
        var letter = bytes.ToArray();
        mailbox.Answer();
        await posted;
        return letter;
    }

    private sealed class Folder : FileSpace
    {
        public bool IsFull { get; set; }

        public long LastOffset { get; private set; }

        public long LastLength { get; private set; }

        public override bool TryReserve(SafeFileHandle file, long offset, long length)
        {
            (LastOffset, LastLength) = (offset, length);
            return !IsFull && base.TryReserve(file, offset, length);
        }
    }
}
