using System.Text.Json;

namespace Penstock.Hosting.Tests.Queues;

public sealed class InMemoryJobQueueTests : EmbeddedJobQueueContract
{
    private EmbeddedJobQueue<Work>? queue;

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Backoff_may_be_as_long_or_as_short_as_can_be(bool isLong)
    {
        var backoff = isLong ? TimeSpan.MaxValue : TimeSpan.Zero;
        await using var other = new InMemoryJobQueue<Work>(new() { Backoff = backoff, MaxBackoff = backoff, MaxAttempts = 3000, TimeProvider = Clock });
        await other.SubmitAsync(new Work("fail"));
        await using var puller = new Puller<Work>(other);
        for (var attempt = 1; attempt <= (isLong ? 1 : 2000); attempt++)
            await other.FailAsync(await puller.NextAsync(), new IOException(), default);

        puller.Ask();
        await other.CountAsync();
        Assert.Equal(isLong, puller.Waits);
    }

    [Fact(Timeout = 120_000)]
    public async Task Json_options_need_no_resolver_and_stay_as_they_are()
    {
        var json = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        await using var other = new InMemoryJobQueue<Work>(new() { Json = json });
        await other.SubmitAsync(new Work("x"));
        await using var puller = new Puller<Work>(other);

        Assert.Equal(new Work("x"), (await puller.NextAsync()).Payload);
        Assert.False(json.IsReadOnly);
    }

    protected override EmbeddedJobQueue<Work> Open(QueueSettings settings) => queue ??= new InMemoryJobQueue<Work>(new()
    {
        MaxAttempts = settings.MaxAttempts,
        Backoff = settings.Backoff,
        Lease = settings.Lease,
        TimeProvider = Clock,
    });
}
