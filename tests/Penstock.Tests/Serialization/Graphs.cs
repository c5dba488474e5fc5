using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Numerics;
using System.Text;
using System.Text.Json.Serialization;
using Penstock.Serialization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Serialization;

/// <summary>Object graphs come back whole: their structure as JSON, their blocks raw.</summary>
public class Graphs
{
    private sealed record Tensor(string Name, int[] Shape, float[] Values);

    [Fact]
    public Task A_megabyte_in_a_record_is_copied_raw_and_aligned() => Within.Time(() =>
    {
        var tensor = new Tensor("weights", [512, 512], [.. Enumerable.Range(0, 512 * 512).Select(i => i * 0.1f)]);
        var written = Crossing.Write(tensor);
        var payload = tensor.Values.Length * sizeof(float);
        Assert.InRange(written.Length, payload, payload + 512);

        var found = written.AsSpan().IndexOf(System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
        Assert.True(found >= 0);
        Assert.Equal(0, found % 64);

        var back = Crossing.Read<Tensor>(written);
        Assert.Equal(tensor.Name, back.Name);
        Assert.Equal(tensor.Shape, back.Shape);
        Assert.Equal(tensor.Values, back.Values);
    });

    private sealed record Scalars(
        bool Yes, char Lone, sbyte Small, ulong Large, Half Half, float NaN, double Infinity, double NegativeZero, decimal Money, Int128 Huge, UInt128 Unsigned,
        BigInteger Big, DateOnly Day, TimeOnly Hour, TimeSpan Span, DateTime Local, DateTimeOffset Offset, Guid Id, Uri Absolute, Uri Relative, Version Version,
        DayOfWeek Weekday, DayOfWeek Undefined, int? Nothing, int? Something, Rune Rune, Complex Complex, Vector3 Vector, Index Index, Range Range, string? NoText);

    [Fact]
    public Task Values_of_every_kind_come_back() => Within.Time(() =>
    {
        var scalars = new Scalars(
            true, '\uDC00', -1, ulong.MaxValue, Half.NaN, float.NaN, double.NegativeInfinity, -0.0, 1.100m, Int128.MinValue, UInt128.MaxValue,
            BigInteger.Pow(-7, 99), DateOnly.MinValue, TimeOnly.MaxValue, TimeSpan.MinValue, new DateTime(0, DateTimeKind.Local),
            DateTimeOffset.MaxValue.ToOffset(TimeSpan.FromHours(-14)), Guid.NewGuid(), new("https://example.org/ü?q=1"), new("/etc", UriKind.Relative), new(1, 2, 3),
            DayOfWeek.Friday, (DayOfWeek)99, null, 5, new Rune(0x1F600), new Complex(double.NaN, 1), Vector3.One, ^3, 1..^2, null);
        var back = Crossing.Of(scalars);
        Assert.Equal(scalars, back);
        Assert.Equal(DateTimeKind.Local, back.Local.Kind);
        Assert.Equal("1.100", back.Money.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(double.IsNegative(back.NegativeZero));
    });

    private sealed record Texts(string Plain, string Escaped, string Lone, string Paired, string Long, string Empty);

    [Fact]
    public Task Strings_keep_every_code_unit() => Within.Time(() =>
    {
        var texts = new Texts("plain", "\"\\\u0000\u001F<&\u2028é", "a\uD83Db", "😀", new string('ß', 100_000), "");
        Assert.Equal(texts, Crossing.Of(texts));
    });

    private sealed class Mixed(string name, int level)
    {
        public string Name { get; } = name;
        public int Level { get; private set; } = level;
        public required string Title { get; init; }
        public int Count { get; private set; }
        public string? Field;
        private int total;
        public int Total { get => total; set => total = value; }
        public int Sum => Level + Count;

        public Mixed Counted(int count)
        {
            Count = count;
            return this;
        }
    }

    [Fact]
    public Task Members_of_every_form_come_back() => Within.Time(() =>
    {
        var back = Crossing.Of(new Mixed("n", 3) { Title = "t", Field = "f", Total = 8 }.Counted(5));
        Assert.Equal(("n", 3, "t", 5, "f", 8, 8), (back.Name, back.Level, back.Title, back.Count, back.Field, back.Total, back.Sum));
    });

    private sealed class Left
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int Five { get; set; } = 5;

        [JsonNumberHandling(JsonNumberHandling.WriteAsString)]
        public int Number { get; set; }

        [JsonPropertyName("$type"), JsonInclude]
        private int Odd { get; set; }

        public int Reveal() => Odd;

        public Left Hide(int odd)
        {
            Odd = odd;
            return this;
        }
    }

    [Fact]
    public Task Attributes_for_other_readers_lose_nothing() => Within.Time(() =>
    {
        var back = Crossing.Of(new Left { Five = 0, Number = -3 }.Hide(4));
        Assert.Equal((0, -3, 4), (back.Five, back.Number, back.Reveal()));
    });

    [Fact]
    public Task Tuples_pairs_and_anonymous_types_come_back() => Within.Time(() =>
    {
        Same(("a", 1, (2.0, "b"), (string?)null));
        Same(("1", 2, 3, 4, 5, 6, 7, "8", 9));
        Same(Tuple.Create("a", 1, Tuple.Create('c')));
        Same(new Tuple<int, int, int, int, int, int, int, Tuple<string>>(1, 2, 3, 4, 5, 6, 7, new("8")));
        Same(KeyValuePair.Create("a", (int?)null));
        Same(new { Name = "n", Inner = new { Value = 1.5 } });
        Same<(string, int)?>(("a", 1));
        Same<(string, int)?>(null);
    });

    private sealed record Memories(Memory<byte> Bytes, ReadOnlyMemory<char> Chars, ArraySegment<int> Segment, int[]? None, byte[][] Jagged, float[,] Grid, (int, string)[] Pairs);

    [Fact]
    public Task Blocks_anywhere_in_a_graph_come_back() => Within.Time(() =>
    {
        var item = new Memories(new byte[] { 1, 2 }, "abc".AsMemory(1), new([1, 2, 3], 1, 1), null, [[1], [], [2, 3]], new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }, [(1, "a")]);
        var back = Crossing.Of(item);
        Assert.Equal(item.Bytes.ToArray(), back.Bytes.ToArray());
        Assert.Equal("bc", back.Chars.ToString());
        Assert.Equal([2], back.Segment);
        Assert.Null(back.None);
        Assert.Equal(item.Jagged, back.Jagged);
        Assert.Equal(item.Grid, back.Grid);
        Assert.Equal(item.Pairs, back.Pairs);
        Assert.Equal(new double[,,] { { { 1 }, { 2 } } }, Crossing.Of(new double[,,] { { { 1 }, { 2 } } }));
        Assert.Equal(new int[0, 5], Crossing.Of(new int[0, 5]));
    });

    [JsonDerivedType(typeof(Cat), "cat")]
    [JsonDerivedType(typeof(Dog), "dog")]
    private abstract record Animal(string Name);

    private sealed record Cat(string Name, int Lives) : Animal(Name);

    private sealed record Dog(string Name, Animal? Chases) : Animal(Name);

    [Fact]
    public Task Registered_derived_types_come_back_as_themselves() => Within.Time(() =>
    {
        Same<Animal>(new Dog("d", new Cat("c", 9)));
        Assert.Equal([new Cat("c", 7), new Dog("d", null)], Crossing.Of<Animal[]>([new Cat("c", 7), new Dog("d", null)]));
    });

    private sealed class Tree
    {
        public List<Tree> Children { get; init; } = [];
        public Dictionary<string, Tree>? ByName { get; init; }
        public float[] Values { get; init; } = [];
    }

    [Fact]
    public Task Types_that_contain_themselves_come_back() => Within.Time(() =>
    {
        var back = Crossing.Of(new Tree { Children = [new() { Values = [1] }, new() { ByName = new() { ["x"] = new() { Values = [2] } } }] });
        Assert.Equal(1, back.Children[0].Values[0]);
        Assert.Equal(2, back.Children[1].ByName!["x"].Values[0]);
    });

    [Fact]
    public Task Collections_come_back_in_their_order() => Within.Time(() =>
    {
        SameItems(new List<string> { "a", "b" });
        SameItems(new List<int> { 1, 2 });
        SameItems(new Stack<string>(["a", "b", "c"]));
        SameItems(new ConcurrentStack<int>([1, 2, 3]));
        SameItems(new Queue<string>(["a", "b"]));
        SameItems(new LinkedList<int>([1, 2]));
        SameItems(new HashSet<string> { "b", "a" });
        SameItems(new SortedSet<int> { 2, 1 });
        SameItems(new Collection<string>(["a"]));
        SameItems(new ReadOnlyCollection<string>(["a"]));
        SameItems(ImmutableArray.Create("a", "b"));
        SameItems(ImmutableStack.Create("a", "b"));
        SameItems(ImmutableQueue.Create(1, 2));
        SameItems(ImmutableList.Create(1.5));
        SameItems(ImmutableSortedSet.Create("b", "a"));
        SameItems(Enumerable.Range(3, 2).ToFrozenSet());
        SameItems<IEnumerable<int>>([1, 2]);
        SameItems<IReadOnlyList<string>>(["a", "b"]);
        SameItems<IList<string>>(["a", "b"]);
        SameItems<IReadOnlySet<string>>(new HashSet<string> { "a" });
        Assert.Equal([1, 4, 9], Crossing.Of(Enumerable.Range(1, 3).Select(i => i * i)));
        Assert.True(Crossing.Of(default(ImmutableArray<string>)).IsDefault);
        Assert.True(Crossing.Of<ImmutableArray<int>?>(default(ImmutableArray<int>))!.Value.IsDefault);
    });

    private sealed record Key(string Name, int Part);

    [Fact]
    public Task Dictionaries_come_back_whatever_their_keys() => Within.Time(() =>
    {
        Same(new Dictionary<string, int> { ["$type"] = 1, ["\uD800"] = 2, [""] = 3 });
        Same(new Dictionary<int, float> { [1] = float.NaN });
        Same(new Dictionary<(int, string), string?> { [(1, "a")] = null });
        Same(new Dictionary<Key, int[]> { [new("k", 1)] = [1] });
        Same(new Dictionary<double, DayOfWeek> { [double.NaN] = DayOfWeek.Monday });
        Same(new SortedDictionary<string, int> { ["b"] = 1, ["a"] = 2 });
        Same(new SortedList<int, string> { [2] = "b", [1] = "a" });
        Same(new ConcurrentDictionary<string, int> { ["a"] = 1 });
        Same(new OrderedDictionary<string, int> { ["b"] = 1, ["a"] = 2 });
        Same(new ReadOnlyDictionary<string, int>(new Dictionary<string, int> { ["a"] = 1 }));
        Same(ImmutableDictionary<string, int>.Empty.Add("a", 1));
        Same(ImmutableSortedDictionary<string, int>.Empty.Add("a", 1));
        Same(new Dictionary<string, int> { ["a"] = 1 }.ToFrozenDictionary());
        Same<IReadOnlyDictionary<string, int>>(new Dictionary<string, int> { ["a"] = 1 });
        Same<IDictionary<string, int>>(new SortedDictionary<string, int> { ["a"] = 1 });
        Same(new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 1 });
    });

    [Fact]
    public Task The_same_object_twice_may_come_back_as_two() => Within.Time(() =>
    {
        var shared = new Key("k", 1);
        var back = Crossing.Of(new[] { shared, shared });
        Assert.Equal([shared, shared], back);
    });

    [Fact]
    public Task Null_comes_back_as_null() => Within.Time(() => Assert.Null(Crossing.Of<Tensor?>(null)));

    [Fact]
    public Task A_codec_can_be_used_again_after_an_item_that_it_refused() => Within.Time(() =>
    {
        var codec = ItemCodec.For<Tree>();
        var slot = new ArraySlotWriter();
        var cycle = new Tree { Values = [1, 2, 3] };
        cycle.Children.Add(cycle);
        Assert.Throws<InvalidOperationException>(() => codec.Write(slot, cycle));

        slot.Reset();
        codec.Write(slot, new Tree { Values = [4] });
        Assert.Equal(4, codec.Read(slot.Written).Values[0]);
    });

    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    public Task An_item_may_follow_other_data_in_the_slot(int before) => Within.Time(() =>
    {
        var slot = new ArraySlotWriter();
        slot.Take(before);
        ItemCodec.For<Tensor>().Write(slot, new("t", [1], [.. Enumerable.Repeat(0.5f, 100)]));
        var item = slot.Written[before..];
        Assert.Equal(0, (before + BinaryPrimitives.ReadInt32LittleEndian(item[4..])) % 64);
        Assert.Equal(100, ItemCodec.For<Tensor>().Read(item).Values.Length);
    });

    private static void Same<T>(T item) => Assert.Equal(item, Crossing.Of(item));

    private static void SameItems<TCollection>(TCollection collection)
        where TCollection : System.Collections.IEnumerable
    {
        var back = Crossing.Of(collection);
        Assert.Equal(collection.Cast<object>(), back.Cast<object>());
        Assert.True(typeof(TCollection).IsAbstract || back.GetType() == typeof(TCollection));
    }
}
