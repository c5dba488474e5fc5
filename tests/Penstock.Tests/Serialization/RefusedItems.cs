using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Serialization;

/// <summary>What a type does not tell is found when the item is written: nothing is lost silently.</summary>
public class RefusedItems
{
    private class Animal
    {
        public int Legs { get; set; } = 4;
    }

    private sealed class Dog : Animal
    {
        public string Name { get; set; } = "";
    }

    private sealed record Kennel(Animal? One, Animal[] Some, List<Animal> More, Dictionary<string, Animal> Named);

    [Fact]
    public Task A_derived_object_is_not_cut_to_its_base_wherever_it_is() => Within.Time(() =>
    {
        Refused<Animal>(new Dog(), "Animal is a Dog where Animal is declared", "[JsonDerivedType(typeof(Dog), \"…\")]");
        Refused(new Kennel(new Dog(), [], [], []), "Kennel.One is a Dog");
        Refused(new Kennel(null, [new Dog()], [], []), "Kennel.Some is a Dog");
        Refused(new Kennel(null, new Dog[1], [], []), "Kennel.Some is a Dog[]");
        Refused(new Kennel(null, [], [new Dog()], []), "Kennel.More is a Dog");
        Refused(new Kennel(null, [], [], new() { ["d"] = new Dog() }), "Kennel.Named is a Dog");
        Refused(new List<Animal> { new Dog() }, "List<Animal> is a Dog");
        Assert.Equal(3, Crossing.Of(new Kennel(new Animal { Legs = 3 }, [], [], [])).One!.Legs);
    });

    private sealed class Address(string text) : Uri(text);

    private sealed record Visit(Uri Page);

    [Fact]
    public Task A_derived_address_is_not_cut_to_its_base() => Within.Time(() =>
    {
        Refused(new Visit(new Address("http://a/b")), "Visit.Page is an Address where Uri is declared");
        Refused<Uri>(new Address("http://a/b"), "Uri is an Address where Uri is declared");
    });

    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FallBackToNearestAncestor)]
    private class Shape;

    private class Circle : Shape
    {
        public double Radius { get; set; }
    }

    private sealed class Disk : Circle;

    [JsonDerivedType(typeof(Known), "known")]
    private abstract class Strict;

    private class Known : Strict;

    private sealed class Unknown : Known;

    [Fact]
    public Task A_derived_type_that_its_base_does_not_name_is_refused() => Within.Time(() =>
    {
        Refused<Shape>(new Disk(), "is a Disk where Circle is declared");
        Refused<Strict>(new Unknown(), "Unknown");
        Assert.IsType<Circle>(Crossing.Of<Shape>(new Circle()));
    });

    private sealed class Numbers : List<int>;

    [Fact]
    public Task A_collection_that_is_more_than_declared_is_refused() => Within.Time(() =>
    {
        Refused<List<int>>(new Numbers(), "is a Numbers where List<Int32> is declared");
        Assert.Equal([1], Crossing.Of<IReadOnlyList<int>>(new Numbers { 1 }));
    });

    private sealed record Registry(IReadOnlyDictionary<string, int> Counts);

    [Fact]
    public Task A_comparer_that_would_be_lost_is_refused() => Within.Time(() =>
    {
        var ignoresCase = StringComparer.OrdinalIgnoreCase;
        const string expected = "with a comparer of its own";
        Refused(new Dictionary<string, int>(ignoresCase), expected);
        Refused(new HashSet<string>(ignoresCase), expected);
        Refused(new SortedSet<string>(StringComparer.Ordinal), expected);
        Refused(new SortedDictionary<string, int>(ignoresCase), expected);
        Refused(new SortedList<string, int>(ignoresCase), expected);
        Refused(new OrderedDictionary<string, int>(ignoresCase), expected);
        Refused(new System.Collections.Concurrent.ConcurrentDictionary<string, int>(ignoresCase), expected);
        Refused(new Dictionary<string, int>().ToFrozenDictionary(ignoresCase), expected);
        Refused(ImmutableHashSet.Create<string>(ignoresCase, "a"), expected);
        Refused(ImmutableDictionary.Create<string, int>(ignoresCase), expected);
        Refused(new ReadOnlyDictionary<string, int>(new SortedDictionary<string, int>(ignoresCase)), expected);
        Refused(new ReadOnlySet<string>(new HashSet<string>(ignoresCase)) as IReadOnlySet<string>, expected);
        Refused<IReadOnlyDictionary<string, int>>(new Dictionary<string, int>(ignoresCase), expected);
        Refused(new Registry(new Dictionary<string, int>(ignoresCase)), "Registry.Counts is a Dictionary<String, Int32> with a comparer of its own");
    });

    public sealed class Ranked : Collection<string>
    {
        public StringComparer Comparer { get; } = StringComparer.OrdinalIgnoreCase;

        public System.Collections.IComparer KeyComparer => Comparer;
    }

    [Fact]
    public Task What_a_collection_of_the_users_calls_a_comparer_is_no_obstacle() => Within.Time(() =>
        Assert.Equal(["b", "a"], Crossing.Of<IReadOnlyList<string>>(new Ranked { "b", "a" })));

    private sealed record Settings(JsonObject Values);

    [Fact]
    public Task Json_that_does_not_tell_apart_upper_and_lower_case_is_refused() => Within.Time(() =>
    {
        var loose = new JsonNodeOptions { PropertyNameCaseInsensitive = true };
        const string expected = "JSON that ignores the case of its names, which would be lost";
        Refused(new JsonObject(loose) { ["a"] = 1 }, expected);
        Refused(JsonNode.Parse("""[{"a":1}]""", loose), expected);
        Refused(new Settings(new JsonObject(loose) { ["a"] = 1 }), "Settings.Values is " + expected);
        Assert.Equal(2, Crossing.Of(new Settings(new JsonObject { ["a"] = 1, ["A"] = null })).Values.Count);
    });

    private sealed class Node
    {
        public Node? Next { get; set; }
        public List<Node> Others { get; } = [];
    }

    [Fact]
    public Task JSON_that_is_too_deep_to_be_read_is_refused() => Within.Time(() =>
    {
        var deep = JsonDocument.Parse(new string('[', 300) + new string(']', 300), new JsonDocumentOptions { MaxDepth = 400 });
        Refused(new Note("a", deep.RootElement), "An item of type Note cannot cross to another process: Note.Content is JSON with which it would be nested more than 256 levels deep.");
        Refused(deep, "more than 256 levels deep");
    });

    private sealed record Note(string Name, JsonElement Content);

    [Fact]
    public Task A_cycle_is_refused() => Within.Time(() =>
    {
        var direct = new Node();
        direct.Next = direct;
        Refused(direct, "An item of type Node cannot cross to another process: it holds itself, or is nested more than 256 levels deep");

        var tree = new Tree();
        tree.Branches["self"] = [tree];
        Refused(tree, "it holds itself");
    });

    private sealed class Tree
    {
        public Dictionary<string, List<Tree>> Branches { get; set; } = [];
    }

    [Fact]
    public Task Two_hundred_levels_are_not_too_deep() => Within.Time(() =>
    {
        Node? chain = null;
        for (var i = 0; i < 200; i++)
            chain = new Node { Next = chain };
        var depth = 0;
        for (var node = Crossing.Of(chain); node is not null; node = node.Next)
            depth++;
        Assert.Equal(200, depth);
    });

    private sealed record Big(string Name, byte[] Bytes);

    [Fact]
    public Task What_does_not_fit_a_slot_is_refused_with_the_limit() => Within.Time(() =>
    {
        var raw = Assert.Throws<InvalidOperationException>(() => Crossing.Write(new Big("n", new byte[5000]), limit: 4096));
        Assert.Contains("does not fit a slot of 4,096 bytes", raw.Message, StringComparison.Ordinal);
        var json = Assert.Throws<InvalidOperationException>(() => Crossing.Write(Enumerable.Repeat("text", 5000).ToList(), limit: 4096));
        Assert.Contains("does not fit a slot of 4,096 bytes", json.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task An_array_that_does_not_start_at_zero_is_refused() => Within.Time(() =>
        Refused((int[,])Array.CreateInstance(typeof(int), [2, 2], [1, 0]), "an array that does not start at 0"));

    private sealed class Failing
    {
        public int Value
        {
            get => field > 0 ? field : throw new FormatException("mine");
            set;
        }
    }

    [Fact]
    public Task An_exception_of_a_getter_arrives_as_itself() => Within.Time(() =>
        Assert.Equal("mine", Assert.Throws<FormatException>(() => Crossing.Write(new Failing())).Message));

    private sealed class Outer
    {
        public float[] Before { get; set; } = [1];

        public int Length
        {
            get => field + Crossing.Of(new Big("inner", [1, 2, 3])).Bytes.Length;
            set;
        }

        public float[] After { get; set; } = [2, 3];
    }

    [Fact]
    public Task A_getter_may_let_another_item_cross() => Within.Time(() =>
    {
        var back = Crossing.Of(new Outer { Before = [4, 5], After = [6] });
        Assert.Equal([4, 5], back.Before);
        Assert.Equal([6], back.After);
    });

    private static void Refused<T>(T item, params string[] said) =>
        Assert.All(said, text => Assert.Contains(text, Crossing.Refused(item), StringComparison.Ordinal));
}
