using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Penstock.Hosting.Queues.Sqlite;

namespace Penstock.Hosting.Tests.Queues;

/// <summary>The queue's file: what it may be, what may happen to it, who else may be in it.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly QueueFolder folder = new();

    public void Dispose() => folder.Delete();

    [Fact(Timeout = 120_000)]
    public async Task A_path_is_enough_and_jobs_outlive_the_queue()
    {
        await using (var queue = new SqliteJobQueue<Work>(folder.File))
            await queue.SubmitAsync(new Work("stay"), "id");

        await using var again = new SqliteJobQueue<Work>(folder.File);
        await using var puller = new Puller<Work>(again);
        Assert.Equal("id", (await puller.NextAsync()).Id);
    }

    [Fact(Timeout = 120_000)]
    public async Task Several_may_create_the_queue_at_once()
    {
        for (var round = 0; round < 40; round++)
        {
            var path = $"{folder.File}-{round}";
            using var together = new Barrier(4);
            var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    return new SqliteJobQueue<Work>(path);
                },
                TaskCreationOptions.LongRunning)));
            foreach (var queue in opened)
                await queue.DisposeAsync();
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_disposed_queue_leaves_nothing_open()
    {
        await using (var queue = new SqliteJobQueue<Work>(folder.File))
            await queue.SubmitAsync(new Work("one"));

        // SQLite removes the others when the last connection is closed in order.
        Assert.Equal([folder.File], Directory.GetFiles(folder.Path));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("jobs", "others")]
    [InlineData("jobs", "Jobs")]
    [InlineData("'; DROP TABLE jobs; --", "\"x\" OR 1=1")]
    public async Task Queues_in_one_file_know_nothing_of_each_other(string one, string other)
    {
        await using var first = new SqliteJobQueue<Work>(folder.File, new() { Queue = one });
        await using var second = new SqliteJobQueue<Work>(folder.File, new() { Queue = other });
        await first.SubmitAsync(new Work("first"), "same id");
        await second.SubmitAsync(new Work("second"), "same id");
        await using var puller = new Puller<Work>(second);
        var job = await puller.NextAsync();
        Assert.Equal("second", job.Payload.Text);
        await Assert.ThrowsAsync<JobLeaseLostException>(() => first.CompleteAsync(job, default).AsTask());
        await second.CompleteAsync(job, default);

        Assert.Equal((1, 0), ((await first.CountAsync()).Waiting, (await second.CountAsync()).Waiting));
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        var e = Assert.Throws<DirectoryNotFoundException>(() => new SqliteJobQueue<Work>(Path.Combine(folder.Path, "missing", "jobs.db")));

        Assert.Contains("Create it first", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_queue() => Assert.Throws<UnauthorizedAccessException>(() => new SqliteJobQueue<Work>(folder.Path));

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        var text = string.Join('\n', Enumerable.Repeat("Dear diary, this is not a database.", 100));
        File.WriteAllText(folder.File, text);

        var e = Assert.Throws<InvalidDataException>(() => new SqliteJobQueue<Work>(folder.File));

        Assert.Contains("file of its own", e.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(folder.File));
    }

    [Fact]
    public void A_database_of_another_program_is_refused_and_left_as_it_is()
    {
        folder.Execute("CREATE TABLE customers (name TEXT)");
        var before = File.ReadAllBytes(folder.File);

        var e = Assert.Throws<InvalidDataException>(() => new SqliteJobQueue<Work>(folder.File));

        Assert.Contains("something else", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(folder.File));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_queue_of_a_newer_version_is_refused()
    {
        await new SqliteJobQueue<Work>(folder.File).DisposeAsync();
        folder.Execute("PRAGMA user_version = 99");

        var e = Assert.Throws<InvalidDataException>(() => new SqliteJobQueue<Work>(folder.File));

        Assert.Contains("newer version", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_damaged_file_is_told_as_such()
    {
        await using (var queue = new SqliteJobQueue<Work>(folder.File))
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i => queue.SubmitAsync(new Work(new string('x', 200), i)).AsTask()));
        await using (var file = File.OpenWrite(folder.File))
        {
            file.Position = 4096;
            file.Write(Enumerable.Repeat((byte)0xA5, (int)file.Length - 4096).ToArray());
        }

        await using var damaged = new SqliteJobQueue<Work>(folder.File);
        await using var puller = new Puller<Work>(damaged);
        var e = await Assert.ThrowsAsync<InvalidDataException>(puller.NextAsync);

        Assert.Contains(".recover", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, typeof(UnauthorizedAccessException), "must not be written")]
    [InlineData(13, typeof(IOException), "is full")]
    [InlineData(5, typeof(IOException), "locked")]
    [InlineData(10, typeof(IOException), "disk")]
    public void What_cannot_be_provoked_here_is_told_in_words_too(int code, Type type, string words)
    {
        var e = SqliteErrors.Explain(new SqliteException("raw", code), "/srv/jobs.db");

        Assert.IsType(type, e);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Contains("/srv/jobs.db", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused_before_the_file_is_made()
    {
        SqliteJobQueueOptions[] wrong =
        [
            new() { MaxAttempts = 0 }, new() { Backoff = TimeSpan.FromSeconds(-1) }, new() { MaxBackoff = TimeSpan.Zero }, new() { Lease = TimeSpan.Zero },
            new() { MaxPayloadBytes = 0 }, new() { Queue = "" }, new() { TimeProvider = null! }, new() { Json = null! },
        ];

        Assert.All(wrong, options => Assert.Throws<ArgumentOutOfRangeException>(() => new SqliteJobQueue<Work>(folder.File, options)));
        Assert.Throws<ArgumentException>(() => new SqliteJobQueue<Work>(""));
        Assert.False(File.Exists(folder.File));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("'null'", "null")]
    [InlineData("'{\"Text\":'", "JsonException")]
    [InlineData("'{\"Text\":{}}'", "JsonException")]
    [InlineData("x'00ff'", "JsonException")]
    [InlineData("42", "JsonException")]
    [InlineData("NULL", "no payload")]
    public async Task A_payload_that_nobody_can_read_is_put_aside_and_stops_nobody(string payload, string words)
    {
        await using var queue = new SqliteJobQueue<Work>(folder.File);
        await queue.SubmitAsync(new Work("poison"), "poison");
        folder.Execute($"UPDATE payloads SET payload = {payload}");
        await queue.SubmitAsync(new Work("good"), "good");

        await using var puller = new Puller<Work>(queue);
        Assert.Equal("good", (await puller.NextAsync()).Id);

        var dead = Assert.Single(await queue.DeadJobsAsync().ToListAsync());
        Assert.Equal(("poison", 0), (dead.Id, dead.Attempts));
        Assert.Contains(words, dead.Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Another_connection_that_holds_the_lock_is_waited_for()
    {
        await using var queue = new SqliteJobQueue<Work>(folder.File);
        await using var other = folder.Connect();
        await using var transaction = other.BeginTransaction(deferred: false);
        var submitted = queue.SubmitAsync(new Work("patience")).AsTask();
        using var stop = new CancellationTokenSource();
        var cancelled = queue.SubmitAsync(new Work("impatience"), ct: stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(submitted.IsCompleted);

        await transaction.RollbackAsync();

        await submitted;
        Assert.Equal(1, (await queue.CountAsync()).Waiting);
    }

    [Fact(Timeout = 120_000)]
    public async Task Pulling_does_not_slow_down_with_the_length_of_the_queue()
    {
        const int count = 100_000;
        const int rounds = 30;
        await using var queue = new SqliteJobQueue<Work>(folder.File);
        await using var other = new SqliteJobQueue<Work>(Path.Combine(folder.Path, "short.db"));
        await SubmitAsync(other, 500);
        for (var i = 0; i < count; i += 10_000)
            await SubmitAsync(queue, 10_000);

        // In turns, so that what slows the machine slows both; and the shortest times, which a busy machine hardly changes.
        var (few, many) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        await using var puller = new Puller<Work>(queue);
        await using var otherPuller = new Puller<Work>(other);
        for (var round = 0; round < rounds; round++)
        {
            few = Shorter(few, await PullTenAsync(other, otherPuller));
            many = Shorter(many, await PullTenAsync(queue, puller));
        }

        Assert.Equal(count - (10 * rounds), (await queue.CountAsync()).Waiting);
        // Without an index each single pull would take longer than that.
        Assert.True(many < (5 * few) + TimeSpan.FromMilliseconds(20), $"10 of 500 jobs took {few}, 10 of {count} took {many}.");

        static TimeSpan Shorter(TimeSpan one, TimeSpan two) => one < two ? one : two;
    }

    private static Task<string[]> SubmitAsync(SqliteJobQueue<Work> queue, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => queue.SubmitAsync(new Work("many", i)).AsTask()));

    private static async Task<TimeSpan> PullTenAsync(SqliteJobQueue<Work> queue, Puller<Work> puller)
    {
        var start = Stopwatch.GetTimestamp();
        for (var j = 0; j < 10; j++)
            await queue.CompleteAsync(await puller.NextAsync(), default);
        return Stopwatch.GetElapsedTime(start);
    }
}
