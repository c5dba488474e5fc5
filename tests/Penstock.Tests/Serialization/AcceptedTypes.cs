using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Penstock.Serialization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Serialization;

/// <summary>What crosses whole is not refused, and does cross whole.</summary>
public class AcceptedTypes
{
    private sealed record Point(double X, double Y);

    public static TheoryData<Type> Common => new(
        typeof(int), typeof(int?), typeof(string), typeof(byte[]), typeof(float[,]), typeof(Memory<float>), typeof(ReadOnlyMemory<string>), typeof(ArraySegment<int>),
        typeof(Guid), typeof(decimal), typeof(DateTimeOffset), typeof(Int128), typeof(System.Half), typeof(BigInteger), typeof(Complex), typeof(Matrix4x4), typeof(Vector<int>),
        typeof(Uri), typeof(Version), typeof(DayOfWeek), typeof((int, string)), typeof(Tuple<int, string>), typeof(KeyValuePair<string, Point>), typeof(Point), typeof(Point[]),
        typeof(List<Point>), typeof(IReadOnlyList<Point>), typeof(IEnumerable<string>), typeof(IDictionary<string, Point>), typeof(Dictionary<Point, HashSet<int>>),
        typeof(ImmutableArray<Point>), typeof(ImmutableDictionary<string, int[]>), typeof(Stack<Point>), typeof((string, (int, List<Point>))?), typeof(Exception),
        typeof(ArgumentException), typeof(JsonElement), typeof(JsonNode), typeof(Range), typeof(Int128?[]), typeof(SortedList<int, string>), typeof(ILookupless));

    [Theory]
    [MemberData(nameof(Common))]
    public Task Common_types_are_accepted(Type type) => Within.Time(() => CrossingCheck.Require(type, "s", "its items"));

    [JsonDerivedType(typeof(Named), "named")]
    private interface ILookupless;

    private sealed record Named(string Name) : ILookupless;

    private sealed class Observed
    {
        private int count;
        private string? text;
        private int changes;

        public int Count
        {
            get => count;
            set => Set(ref count, value);
        }

        public string Text
        {
            get => text ?? "";
            set
            {
                if (value.Length > 0)
                    text = value;
            }
        }

        [JsonInclude]
        private int Changes
        {
            get => changes;
            set => changes = value;
        }

        public int Reveal() => Changes;

        private void Set<T>(ref T field, T value)
        {
            field = value;
            changes++;
        }
    }

    public sealed class Converting
    {
        private long ticks;
        private int? level;
        private List<string> names = [];

        public DateTime At
        {
            get => new(ticks);
            set => ticks = value.Ticks;
        }

        public int Level
        {
            get => level ?? 0;
            set => level = value;
        }

        public IReadOnlyList<string> Names
        {
            get => names;
            set => names = [.. value];
        }
    }

    private sealed class Captured(string name)
    {
        public string Name => name;
    }

    private sealed class Stored
    {
        private readonly int[] values;

        public Stored(int[] values) => this.values = values;

        public int[] Values => values;
    }

    private class Virtual
    {
        public virtual string Name { get; set; } = "base";
    }

    private sealed class Overriding : Virtual
    {
        public override string Name { get; set; } = "derived";
    }

    private class Entity(int id)
    {
        public int Id { get; } = id;

        [JsonInclude]
        private protected string Note = "";

        public int Version { get; private set; }

        public Entity Next()
        {
            Version++;
            return this;
        }

        public void Annotate(string note) => Note = note;

        public string Reveal() => Note;
    }

    private sealed class Customer(int id, string name) : Entity(id)
    {
        [JsonExtensionData]
        public Dictionary<string, JsonElement>? More { get; init; }


        public string Name { get; } = name;
    }

    private sealed class Cached
    {
        [NonSerialized]
        private int? hash;

        public string Text { get; set; } = "";

        [JsonIgnore]
        [field: NonSerialized]
        public string? Upper { get; set; }

        public int Hash() => hash ??= Text.Length;
    }

    private sealed class Chosen
    {
        public Chosen()
            : this(0)
        {
        }

        [JsonConstructor]
        public Chosen(int value) => Value = value;

        public int Value { get; }
    }

    [method: JsonConstructor]
    private readonly struct Label(string name)
    {
        public string Name { get; } = name;
    }

    private readonly record struct Money(string Currency, decimal Amount);

    [Fact]
    public Task State_is_followed_through_properties_of_every_form() => Within.Time(() =>
    {
        Assert.Equal((3, "t", 1), Cross(new Observed { Count = 3, Text = "t" }, o => (o.Count, o.Text, o.Reveal())));
        Assert.Equal((new DateTime(7), 2, "n"), Cross(new Converting { At = new(7), Level = 2, Names = ["n"] }, c => (c.At, c.Level, c.Names[0])));
        Assert.Equal("n", Cross(new Captured("n"), c => c.Name));
        Assert.Equal(2, Cross(new Stored([1, 2]), s => s.Values[1]));
        Assert.Equal("x", Cross(new Overriding { Name = "x" }, o => o.Name));
        var customer = new Customer(7, "c") { More = new() { ["x"] = JsonElement.Parse("1.50") } };
        customer.Next();
        customer.Annotate("note");
        Assert.Equal((7, "c", "note", 1, "1.50"), Cross(customer, c => (c.Id, c.Name, c.Reveal(), c.Version, c.More!["x"].GetRawText())));
        Assert.Equal(("text", null, 4), Cross(new Cached { Text = "text", Upper = "TEXT" }, c => (c.Text, c.Upper, c.Hash())));
        Assert.Equal(5, Cross(new Chosen(5), c => c.Value));
        Assert.Equal("n", Cross(new Label("n"), l => l.Name));
        Assert.Equal(new Money("EUR", 1.50m), Cross(new Money("EUR", 1.50m), m => m));
        Assert.Equal(new { A = 1, B = "b" }, Cross(new { A = 1, B = "b" }, x => x));
    });

    private sealed class Temperature(double kelvin)
    {
        public double Kelvin { get; } = kelvin;

        public double Celsius => Kelvin < 0 ? Kelvin : throw new InvalidOperationException("not asked for, since it is worked out");

        public static Temperature Zero => new(0);

        public Stream Measure => Kelvin < 0 ? Stream.Null : throw new InvalidOperationException("no state either");
    }

    [Fact]
    public Task What_is_worked_out_is_not_asked_for() => Within.Time(() => Assert.Equal(3, Cross(new Temperature(3), t => t.Kelvin)));

    [JsonConverter(typeof(HandleConverter))]
    private sealed class FileName(Stream stream)
    {
        private readonly Stream stream = stream;

        public bool IsNull => stream == Stream.Null;
    }

    private sealed class HandleConverter : JsonConverter<FileName>
    {
        public override FileName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(Stream.Null);

        public override void Write(Utf8JsonWriter writer, FileName value, JsonSerializerOptions options) => writer.WriteStringValue("null");
    }

    private sealed class ByAttribute
    {
        [JsonConverter(typeof(HandleConverter))]
        public FileName? File { get; set; }
    }

    [Fact]
    public Task A_converter_of_the_users_is_trusted() => Within.Time(() =>
    {
        Assert.True(Cross(new FileName(new MemoryStream()), f => f.IsNull));
        Assert.True(Cross(new ByAttribute { File = new(new MemoryStream()) }, b => b.File!.IsNull));
    });

    [Fact]
    public Task Json_itself_comes_back() => Within.Time(() =>
    {
        Assert.Equal("""{"a":["\ud800"]}""", Cross(JsonElement.Parse("""{"a":["\ud800"]}"""), e => e.GetRawText()));
        Assert.Equal("""["\udc00"]""", Cross(JsonDocument.Parse("""["\udc00"]"""), d => d.RootElement.GetRawText()));
        Assert.Equal("""{"a":[1,2.50,"é"]}""", Cross(JsonElement.Parse("""{"a":[1,2.50,"é"]}"""), e => e.GetRawText()));
        Assert.Equal(3, Cross(new JsonObject { ["a"] = 3 }, o => (int)o["a"]!));
    });

    private sealed record Answer(JsonElement Value, JsonElement? Other, JsonDocument? Document);

    [Fact]
    public Task Json_that_is_not_there_and_json_that_is_null_come_back() => Within.Time(() =>
    {
        var (value, other, document) = Cross(new Answer(default, null, null), a => a);
        Assert.Equal((JsonValueKind.Undefined, null, null), (value.ValueKind, other, document));
        (value, other, document) = Cross(new Answer(JsonElement.Parse("null"), default(JsonElement), JsonDocument.Parse("null")), a => a);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Undefined, JsonValueKind.Null), (value.ValueKind, other?.ValueKind, document?.RootElement.ValueKind));
        Assert.Equal(JsonValueKind.Null, Cross(new Answer(default, JsonElement.Parse("null"), null), a => a.Other)?.ValueKind);
        Assert.Equal(JsonValueKind.Undefined, Cross(default(JsonElement), e => e.ValueKind));
    });

    [Fact]
    public Task Json_with_comments_and_trailing_commas_comes_back() => Within.Time(() =>
    {
        const string text = """
            {
                "a": [1, 2, /* three */], // the end of a line
            }
            """;
        var loose = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        Assert.Equal(text, Cross(JsonElement.Parse(text, loose), e => e.GetRawText()));
        Assert.Equal(2, Cross(new Answer(JsonElement.Parse(text, loose), null, JsonDocument.Parse(text, loose)), a => a.Document!.RootElement.GetProperty("a").GetArrayLength()));
        Assert.Equal(2, Cross(JsonNode.Parse(text, documentOptions: loose), n => n!["a"]!.AsArray().Count));
        Assert.Equal("""{"a":1,"a":2}""", Cross((JsonObject)JsonNode.Parse("""{"a":1,"a":2}""")!, o => o.ToJsonString()));
    });

    private static TResult Cross<T, TResult>(T item, Func<T, TResult> look)
    {
        CrossingCheck.Require(typeof(T), "s", "its items");
        return look(Crossing.Of(item));
    }
}
