using Penstock.Serialization;
using Penstock.SharedMemory;
using Penstock.Tests.Support;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Tests.Workers;

/// <summary>A worker process posts one letter at a time, and sleeps until it is answered.</summary>
public sealed class Mail : IDisposable
{
    private readonly SharedRegion region = SharedRegion.Create("mail", Mailbox.Size + 4096);
    private readonly Bell bell;
    private readonly Mailbox mailbox;

    public Mail()
    {
        bell = new Bell(FixedMemory.In(region, 0));
        mailbox = new Mailbox(FixedMemory.In(region, 4096), bell);
    }

    public void Dispose() => region.Dispose();

    [Fact]
    public void An_empty_box_has_no_letter()
    {
        Assert.False(mailbox.HasLetter);
        Assert.False(mailbox.TryRead(out _, out var exception, out _, out _));
        Assert.Equal(0, exception.Length);
    }

    [Fact]
    public Task A_letter_is_read_whole_and_its_answer_comes_back() => Within.Time(async () =>
    {
        var posted = PostInTheBackground(News.FailedOnItem, new FormatException("no number"), number: 7, delivered: 3);
        Assert.True(mailbox.TryRead(out var news, out var bytes, out var number, out var delivered));
        Assert.Equal((News.FailedOnItem, 7, 3), (news, number, delivered));
        Assert.Equal("no number", Assert.IsType<FormatException>(ExceptionCodec.Read(bytes)).Message);
        Assert.False(posted.IsCompleted);

        mailbox.Answer(granted: true, TimeSpan.FromSeconds(5));
        Assert.Equal((true, TimeSpan.FromSeconds(5)), await posted);
        Assert.False(mailbox.HasLetter);
    });

    [Fact]
    public Task Letters_follow_each_other_and_none_inherits_from_the_one_before() => Within.Time(async () =>
    {
        var first = PostInTheBackground(News.FailedOnItem, new FormatException("no number"), number: 7, delivered: 3);
        mailbox.Answer(granted: true, TimeSpan.FromSeconds(5));
        await first;
        var second = PostInTheBackground(News.Left);
        Assert.True(mailbox.TryRead(out var news, out var bytes, out var number, out var delivered));
        Assert.Equal((News.Left, 0, -1, 0), (news, bytes.Length, number, delivered));
        mailbox.Answer();
        Assert.Equal((false, TimeSpan.Zero), await second);
    });

    [Fact]
    public Task The_letter_of_a_worker_that_has_died_since_still_counts() => Within.Time(async () =>
    {
        // As the other process sees it: posted, and nobody sleeps on the answer.
        var posted = PostInTheBackground(News.EndedEarly);
        var sameMemory = new Mailbox(FixedMemory.In(region, 4096), bell);
        Assert.True(sameMemory.TryRead(out var news, out _, out _, out _));
        Assert.Equal(News.EndedEarly, news);
        sameMemory.Answer();
        await posted;
        Assert.False(sameMemory.HasLetter); // dealt with once
    });

    [Fact]
    public Task A_fresh_process_finds_the_box_of_a_dead_one_empty() => Within.Time(async () =>
    {
        var posted = PostInTheBackground(News.Worn);
        mailbox.Clear();
        Assert.False(mailbox.HasLetter);
        mailbox.Answer(); // who is not dead here still looks into the memory, which ends with the test
        await posted;
    });

    [Fact]
    public Task An_exception_that_is_larger_than_the_box_arrives_cut() => Within.Time(async () =>
    {
        var posted = PostInTheBackground(News.Failed, new FormatException(new string('x', Mailbox.Room)));
        Assert.True(mailbox.TryRead(out _, out var bytes, out _, out _));
        Assert.StartsWith("xxx", Assert.IsType<FormatException>(ExceptionCodec.Read(bytes)).Message, StringComparison.Ordinal);
        mailbox.Answer();
        await posted;
    });

    // Returns when the bell has rung.
    private Task<(bool Granted, TimeSpan Pause)> PostInTheBackground(News news, Exception? exception = null, long number = -1, int delivered = 0)
    {
        var rings = bell.Rings;
        var posted = Task.Factory.StartNew(() => mailbox.Post(news, exception, number, delivered), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        bell.Listen(rings);
        return posted;
    }
}
