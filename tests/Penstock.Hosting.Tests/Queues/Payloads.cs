using System.Text.Json;
using System.Text.Json.Serialization;

namespace Penstock.Hosting.Tests.Queues;

/// <summary>What comes back of a payload: all of it, or a refusal before the first job.</summary>
public class Payloads
{
    private const int Limit = 120_000;

    private interface IShape;

    [Fact(Timeout = Limit)]
    public async Task A_tuple_comes_back_whole()
    {
        await using var queue = new InMemoryJobQueue<(string Folder, int Page)>();
        await queue.SubmitAsync(("scans", 7));
        await using var puller = new Puller<(string Folder, int Page)>(queue);

        Assert.Equal(("scans", 7), (await puller.NextAsync()).Payload);
    }

    [Fact]
    public void A_payload_of_which_JSON_shows_nothing_is_refused()
    {
        Assert.Contains("JSON shows nothing of what is in it", Refused<Sealed>(new()).Message, StringComparison.Ordinal);
        Assert.Contains("JSON shows nothing of what is in it", Refused<(string Folder, int Page)>(new() { Json = JsonSerializerOptions.Default }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_payload_that_cannot_be_made_again_is_refused() =>
        Assert.Contains("[JsonDerivedType]", Refused<IShape>(new()).Message, StringComparison.Ordinal);

    [Fact(Timeout = Limit)]
    public async Task A_payload_without_anything_in_it_and_one_with_derived_types_are_payloads()
    {
        await using var ticks = new InMemoryJobQueue<Tick>();
        await ticks.SubmitAsync(new());
        await using var animals = new InMemoryJobQueue<Animal>();
        await animals.SubmitAsync(new Cat(9));
        await using var puller = new Puller<Animal>(animals);

        Assert.Equal(new Cat(9), (await puller.NextAsync()).Payload);
    }

    [Fact(Timeout = Limit)]
    public async Task A_payload_whose_lists_are_filled_comes_back_whole()
    {
        await using var queue = new InMemoryJobQueue<Filled>();
        await queue.SubmitAsync(new() { Numbers = { 1, 2 } });
        await using var puller = new Puller<Filled>(queue);
        Assert.Equal([1, 2], (await puller.NextAsync()).Payload.Numbers);

        await using var pairs = new InMemoryJobQueue<KeyValuePair<int, int>?>();
        await pairs.SubmitAsync(new KeyValuePair<int, int>(1, 2));
        await using var other = new Puller<KeyValuePair<int, int>?>(pairs);
        Assert.Equal(new KeyValuePair<int, int>(1, 2), (await other.NextAsync()).Payload);
    }

    [Fact]
    public void Nobody_changes_the_JSON_of_other_queues() =>
        Assert.Throws<InvalidOperationException>(() => new InMemoryJobQueueOptions().Json.Converters.Add(new JsonStringEnumConverter()));

    [Fact(Timeout = Limit)]
    public async Task A_payload_that_fails_without_a_word_is_put_aside_and_holds_nobody_up()
    {
        await using var queue = new InMemoryJobQueue<Fussy>();
        await queue.SubmitAsync(new("bad"));
        await queue.SubmitAsync(new("good"));
        await using var puller = new Puller<Fussy>(queue);

        Assert.Equal("good", (await puller.NextAsync()).Payload.Text);
        var dead = Assert.Single(await queue.DeadJobsAsync().ToListAsync());
        Assert.Contains(nameof(MuteException), dead.Reason, StringComparison.Ordinal);
    }

    private static ArgumentException Refused<T>(InMemoryJobQueueOptions options) => Assert.Throws<ArgumentException>(() => new InMemoryJobQueue<T>(options));

    private sealed class Sealed
    {
        private readonly string text = "lost";

        public override string ToString() => text;
    }

    private sealed record Tick;

    private sealed class Filled
    {
        [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
        public List<int> Numbers { get; } = [];
    }

    [JsonDerivedType(typeof(Cat), "cat")]
    private abstract record Animal
    {
        private readonly long seen = 1;

        public long Seen => seen;
    }

    private sealed record Cat(int Lives) : Animal;

    [JsonConverter(typeof(FussyConverter))]
    private sealed record Fussy(string Text);

    private sealed class FussyConverter : JsonConverter<Fussy>
    {
        public override Fussy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is "good" ? new("good") : throw new MuteException();

        public override void Write(Utf8JsonWriter writer, Fussy value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
    }

    private sealed class MuteException : Exception
    {
        public override string Message => throw new InvalidOperationException("no word");
    }
}
