using System.Collections;
using System.Collections.ObjectModel;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;
using Penstock.Serialization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Serialization;

/// <summary>A type whose values would not come back whole is refused before a run starts, with the path to what is wrong.</summary>
public class RefusedTypes
{
    private sealed record Page(string Name, Pixels Pixels);

    private sealed record Pixels(SafeFileHandle Handle);

    [Fact]
    public Task The_message_names_stage_path_and_cure() => Within.Time(() => Assert.Equal(
        "Stage 'RunModel': its items of type Page cannot cross to another process: Page.Pixels.Handle is a SafeFileHandle. "
        + "Give the stage what the handle stands for, or set RunOptions.Serializer.",
        Assert.Throws<PipelineDefinitionException>(() => CrossingCheck.Require(typeof(Page), "RunModel", "its items")).Message));

    private sealed record Holder<T>(T Value);

    [StructLayout(LayoutKind.Auto)]
    private record struct Raw(int Count, nint Address);

    private unsafe struct Pointing(int length, byte* start, delegate*<void> call)
    {
        public int Length = length;
        public byte* Start = start;
        public delegate*<void> Call = call;
    }

    public static TheoryData<Type> OfThisProcessOnly => new(
        typeof(Action), typeof(Func<int, string>), typeof(Delegate), typeof(Stream), typeof(FileStream), typeof(StreamReader), typeof(StringWriter),
        typeof(Task), typeof(Task<int>), typeof(ValueTask), typeof(ValueTask<int>), typeof(SafeFileHandle), typeof(nint), typeof(UIntPtr),
        typeof(CancellationToken), typeof(CancellationTokenSource), typeof(ManualResetEventSlim), typeof(AutoResetEvent), typeof(SemaphoreSlim), typeof(Thread),
        typeof(Type), typeof(MethodInfo), typeof(Assembly), typeof(object), typeof(Lazy<int>), typeof(WeakReference<string>), typeof(System.Text.StringBuilder),
        typeof(System.Threading.Channels.Channel<int>), typeof(System.Buffers.IMemoryOwner<byte>), typeof(IEnumerator<int>), typeof(IAsyncEnumerable<int>),
        typeof(System.Globalization.CultureInfo), typeof(System.Text.RegularExpressions.Regex), typeof(Random), typeof(HttpClient), typeof(Raw), typeof(Pointing),
        typeof(System.Runtime.InteropServices.GCHandle), typeof(IDisposable), typeof(IEnumerable), typeof(ArrayList), typeof(Hashtable), typeof(BitArray), typeof(Array),
        typeof(System.Collections.Concurrent.BlockingCollection<int>), typeof(PriorityQueue<int, int>), typeof(ObservableCollection<int>), typeof(ValueType), typeof(Enum));

    [Theory]
    [MemberData(nameof(OfThisProcessOnly))]
    public Task What_means_something_in_this_process_only_is_refused_wherever_it_is(Type type) => Within.Time(() =>
    {
        Assert.NotNull(CrossingCheck.Find(type));
        Assert.StartsWith($"Holder<{TypeNames.Short(type)}>.Value", CrossingCheck.Find(typeof(Holder<>).MakeGenericType(type))!.Where, StringComparison.Ordinal);
        Assert.NotNull(CrossingCheck.Find(type.MakeArrayType()));
        Assert.NotNull(CrossingCheck.Find(typeof(Dictionary<,>).MakeGenericType(typeof(string), type)));
        Assert.NotNull(CrossingCheck.Find(typeof(ValueTuple<,>).MakeGenericType(typeof(string), type)));
    });

    private sealed class Growing<T>
    {
        public T? Value { get; set; }

        public Growing<List<T>>? Next { get; set; }
    }

    private sealed class Branching<T>
    {
        public Branching<T[]>? Left { get; set; }

        public Branching<T?[]>? Right { get; set; }
    }

    private sealed class Doubling<T>
    {
        public Doubling<(T, T)>? Next { get; set; }
    }

    [Fact]
    public Task A_type_that_leads_to_ever_larger_ones_is_refused() => Within.Time(() =>
    {
        Assert.All<Type>([typeof(Growing<int>), typeof(List<Growing<string>>), typeof(Branching<string>), typeof(Doubling<string>), typeof(Doubling<int>), typeof(Holder<Growing<int>>)], type =>
            Assert.Contains("ever larger types", CrossingCheck.Find(type)!.What, StringComparison.Ordinal));
        Assert.Null(CrossingCheck.Find(typeof(Holder<List<Holder<List<Holder<int[][][]>>>>>)));
    });

    [Fact]
    public Task The_path_goes_through_collections_and_raw_values() => Within.Time(() =>
    {
        Refused<Holder<List<Dictionary<int, Page>>>>("Holder<List<Dictionary<Int32, Page>>>.Value[][].Value.Pixels.Handle is a SafeFileHandle");
        Refused<Holder<Raw[]>>("Holder<Raw[]>.Value[].Address is an IntPtr");
        Refused<Pointing>("Pointing.Start is a pointer");
        Refused<Stream>("Stream is a stream. Give the stage the bytes, or the path to them");
        Refused<object>("Object is any object. Declare the type that it has");
        Refused<dynamic[]>("Object[][] is an Object");
    });

    private interface IShape;

    private abstract class Shape : IShape;

    [JsonDerivedType(typeof(Square))]
    private abstract class Nameless;

    private sealed class Square : Nameless
    {
        public int Side { get; set; }
    }

    [JsonDerivedType(typeof(Streaming), "streaming")]
    private class Base;

    private sealed class Streaming : Base
    {
        public Stream? Source { get; set; }
    }

    [Fact]
    public Task A_type_that_may_be_anything_is_refused_unless_it_says_what() => Within.Time(() =>
    {
        Refused<IShape>("IShape is an interface. Add [JsonDerivedType(typeof(…), \"…\")] to IShape");
        Refused<Holder<Shape>>("Holder<Shape>.Value is a Shape.");
        Refused<Nameless>("Nameless would come back without what Square adds");
        Refused<Base>("(Base as Streaming).Source is a Stream");
    });

    private sealed class Secret
    {
        private int hidden;

        public int Next() => hidden++;
    }

    private sealed class GetOnly
    {
        public List<int> Items { get; } = [];
    }

    private sealed class Ignored
    {
        [JsonIgnore]
        public int Count { get; set; }
    }

    private sealed class Internal
    {
        internal int Count { get; set; }
    }

    private sealed class ReadOnlyField
    {
        public readonly int Count = 3;
    }

    private sealed class Event
    {
        public event EventHandler? Changed;

        public void Raise() => Changed?.Invoke(this, EventArgs.Empty);
    }

    private class Parent
    {
        private readonly int mine = Random.Shared.Next();

        public int Reveal() => mine;
    }

    private sealed class Child : Parent;

    private sealed class View(int[] items)
    {
        private readonly int[] items = items;

        public int Count => items.Length;
    }

    private struct Half
    {
        public string Name { get; }

        public Half(string name) => Name = name;
    }

    private sealed class Locked
    {
        private readonly Lock gate = new();
        private int count;

        public int Count
        {
            get
            {
                lock (gate)
                    return count;
            }

            set
            {
                lock (gate)
                    count = value;
            }
        }
    }

    private sealed class Spanning
    {
        public byte[] Bytes { get; set; } = [];

        public ReadOnlySpan<byte> Span => Bytes;
    }

    private sealed class Same
    {
        public int Value { get; set; }

        [JsonPropertyName("Value")]
        public int Other { get; set; }
    }

    [Fact]
    public Task State_that_no_member_shows_is_refused() => Within.Time(() =>
    {
        Refused<Secret>("Secret.hidden is a field that nothing public shows");
        Refused<GetOnly>("GetOnly.Items cannot be set from outside, so it would be lost. Give it an init accessor, or the constructor that is used a parameter of its name");
        Refused<Ignored>("Ignored.Count is marked [JsonIgnore]");
        Refused<Internal>("Internal.Count is a property that nothing public shows");
        Refused<ReadOnlyField>("ReadOnlyField.Count cannot be set from outside");
        Refused<Event>("Event.Changed is an EventHandler. Give the stage a value that says what to do");
        Refused<Child>("Child.mine is a field that nothing public shows");
        Refused<View>("View.items is a field that nothing public shows");
        Refused<Half>("Half.Name cannot be set from outside, so it would be lost. Give it an init accessor, or mark the constructor that takes it [JsonConstructor]");
        Refused<Same>("Same cannot be written as JSON");
        Refused<Locked>("Locked.gate is a field that nothing public shows");
        Refused<Spanning>("Mark that property [JsonIgnore] if others say what it says");
        Refused<Holder<System.Text.Encoding>>("Holder<Encoding>.Value");
        Refused<Holder<System.Net.IPAddress>>("Holder<IPAddress>.Value is an IPAddress. Give the stage what it was made from");
    });

    private sealed class Histogram(int bins)
    {
        private readonly int[] counts = new int[bins];

        public int Bins => counts.Length;

        public void Add(int bin) => counts[bin]++;
    }

    private sealed class Ring
    {
        private float[] samples = [];

        public int Length
        {
            get => samples.Length;
            set => Array.Resize(ref samples, value);
        }

        public float Mean() => samples.Average();
    }

    [Fact]
    public Task A_property_of_another_type_does_not_show_what_a_field_refers_to() => Within.Time(() =>
    {
        Refused<Histogram>(
            "Stage 's': its items of type Histogram cannot cross to another process: Histogram.counts is a field that nothing public shows, so it would be lost. "
            + "Make it a public property, or mark it [JsonInclude], or [NonSerialized] if it is no part of the value, or set RunOptions.Serializer.");
        Refused<Ring>("Ring.samples is a field that nothing public shows");
    });

    private sealed class Choice
    {
        public Choice(int value) => Value = value;

        public Choice(string text) => Value = text.Length;

        public int Value { get; set; }
    }

    private sealed class Unbound(int start)
    {
        public int Value { get; set; } = start;
    }

    private sealed class NoWay
    {
        private NoWay()
        {
        }

        public int Value { get; set; }

        public static NoWay Create() => new();
    }

    [Fact]
    public Task A_type_that_cannot_be_made_anew_is_refused() => Within.Time(() =>
    {
        Refused<Choice>("Choice cannot be made anew: Choice has no constructor to choose");
        Refused<Unbound>("the parameter 'start' of Unbound's constructor belongs to no property");
        Refused<NoWay>("NoWay cannot be made anew");
    });

    private sealed class Numbers : List<int>;

    [Fact]
    public Task Collections_that_are_not_known_are_refused() => Within.Time(() =>
    {
        Refused<Numbers>("Numbers is a collection of its own kind");
        Refused<string[,]>("String[,] is an array of objects in several dimensions");
    });

    private static void Refused<T>(string said) =>
        Assert.Contains(said, Assert.Throws<PipelineDefinitionException>(() => CrossingCheck.Require(typeof(T), "s", "its items")).Message, StringComparison.Ordinal);
}
