using System.Collections;
using System.Net.Sockets;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Penstock.Serialization;
using Penstock.Tests.Support;

// Exceptions are made here to cross, not to tell of anything.
#pragma warning disable CA2201, CA1859, MA0015

namespace Penstock.Tests.Serialization;

/// <summary>An exception of a worker process arrives as itself.</summary>
public class CrossingExceptions
{
    [Fact]
    public Task Type_message_and_stack_trace_arrive() => Within.Time(() =>
    {
        var thrown = Thrown(new InvalidOperationException("it \uD800 broke"));
        var back = Assert.IsType<InvalidOperationException>(Cross(thrown));
        Assert.Equal("it \uD800 broke", back.Message);
        Assert.Equal(thrown.HResult, back.HResult);
        Assert.Equal(thrown.Source, back.Source);
        Assert.StartsWith(thrown.StackTrace!, back.StackTrace, StringComparison.Ordinal);
        Assert.Contains(nameof(Deep), back.ToString(), StringComparison.Ordinal);
        Assert.False(back.Data.Contains(ExceptionCodec.LostKey));
    });

    [Fact]
    public Task The_original_stack_trace_survives_being_thrown_again_and_crossing_again() => Within.Time(() =>
    {
        var once = Assert.Throws<InvalidOperationException>(() => ExceptionDispatchInfo.Throw(Cross(Thrown(new InvalidOperationException("m")))));
        var twice = Cross(once);
        Assert.Contains(nameof(Deep), twice.StackTrace, StringComparison.Ordinal);
        Assert.Contains(nameof(The_original_stack_trace_survives_being_thrown_again_and_crossing_again), twice.StackTrace, StringComparison.Ordinal);
    });

    [Fact]
    public Task One_that_was_never_thrown_has_no_stack_trace() => Within.Time(() => Assert.Null(Cross(new FormatException("m")).StackTrace));

    [Fact]
    public Task Causes_arrive() => Within.Time(() =>
    {
        var back = Cross(Thrown(new FormatException("outer", Thrown(new KeyNotFoundException("inner")))));
        var inner = Assert.IsType<KeyNotFoundException>(back.InnerException);
        Assert.Equal("inner", inner.Message);
        Assert.Contains(nameof(Deep), inner.StackTrace, StringComparison.Ordinal);
        Assert.Contains("inner", back.ToString(), StringComparison.Ordinal);
    });

    [Fact]
    public Task All_that_an_aggregate_holds_arrives() => Within.Time(() =>
    {
        var back = Assert.IsType<AggregateException>(Cross(new AggregateException("all", new FormatException("1"), new AggregateException(new TimeoutException("2")))));
        Assert.Equal("all (1) (One or more errors occurred. (2))", back.Message);
        Assert.Equal([typeof(FormatException), typeof(AggregateException)], back.InnerExceptions.Select(e => e.GetType()));
        Assert.Same(back.InnerException, back.InnerExceptions[0]);
        Assert.IsType<TimeoutException>(back.Flatten().InnerExceptions[1]);
        Assert.Empty(Assert.IsType<AggregateException>(Cross(new AggregateException())).InnerExceptions);
    });

    [Fact]
    public Task Exceptions_of_the_runtime_keep_what_they_say() => Within.Time(() =>
    {
        Assert.Equal("p", Assert.IsType<ArgumentNullException>(Cross(new ArgumentNullException("p"))).ParamName);
        var outOfRange = Assert.IsType<ArgumentOutOfRangeException>(Cross(new ArgumentOutOfRangeException("p", 7, "too large")));
        Assert.Equal((7, new ArgumentOutOfRangeException("p", 7, "too large").Message), (outOfRange.ActualValue, outOfRange.Message));
        Assert.Equal("f.bin", Assert.IsType<FileNotFoundException>(Cross(new FileNotFoundException("m", "f.bin"))).FileName);
        Assert.Equal(SocketError.HostDown, Assert.IsType<SocketException>(Cross(new SocketException((int)SocketError.HostDown))).SocketErrorCode);
        Assert.Equal("T", Assert.IsType<TypeInitializationException>(Cross(new TypeInitializationException("T", null))).TypeName);
        Assert.Equal("name", Assert.IsType<ObjectDisposedException>(Cross(new ObjectDisposedException("name"))).ObjectName);
        Assert.Equal(new NullReferenceException().Message, Cross(new NullReferenceException()).Message);
        Assert.IsType<OutOfMemoryException>(Cross(new OutOfMemoryException()));
    });

    [Fact]
    public Task A_cancellation_arrives_without_its_token() => Within.Time(() =>
    {
        using var source = new CancellationTokenSource();
        var back = Assert.IsType<OperationCanceledException>(Cross(new OperationCanceledException("stop", source.Token)));
        Assert.Equal(("stop", CancellationToken.None), (back.Message, back.CancellationToken));
        Assert.IsType<TaskCanceledException>(Cross(new TaskCanceledException(Task.CompletedTask)));
        Assert.False(back.Data.Contains(ExceptionCodec.LostKey));
    });

    [Fact]
    public Task Exceptions_of_Penstock_arrive() => Within.Time(() =>
    {
        Assert.Equal("m", Assert.IsType<PipelineDefinitionException>(Cross(new PipelineDefinitionException("m"))).Message);
        Assert.IsType<PipelineStoppedException>(Cross(new PipelineStoppedException("m")));
        Assert.IsType<WorkerStuckException>(Cross(new WorkerStuckException("m")));
        var crashed = Assert.IsType<WorkerCrashedException>(
            Cross(new WorkerCrashedException("m") { Stage = "s", Worker = 2, ExitCode = 3, Signal = "SIGKILL", Number = 4, StandardError = "e" }));
        Assert.Equal(("s", 2, 3, "SIGKILL", 4L, "e"), (crashed.Stage, crashed.Worker, crashed.ExitCode, crashed.Signal, crashed.Number, crashed.StandardError));
        Assert.Equal("T", Assert.IsType<RemoteException>(Cross(new RemoteException("m") { TypeName = "T" })).TypeName);
    });

    private sealed class Custom(string code, Dictionary<string, float[]> details, Stream stream) : Exception
    {
        private readonly int hidden = 5;

        public string Code { get; } = code;

        public IReadOnlyDictionary<string, float[]> Details { get; } = details;

        public Stream Stream { get; } = stream;

        public object? Anything { get; init; }

        public override string Message => $"{Code} of length {Code.Length} with {Details.Count} details and {hidden}";
    }

    [Fact]
    public Task An_exception_of_the_user_keeps_its_state_without_a_fitting_constructor() => Within.Time(() =>
    {
        var original = new Custom("abc", new() { ["x"] = [1, 2] }, Stream.Null) { Anything = "text" };
        var back = Assert.IsType<Custom>(Cross(Thrown(original)));
        Assert.Equal(original.Message, back.Message);
        Assert.Equal([1, 2], back.Details["x"]);
        Assert.Equal("text", back.Anything);
        Assert.Null(back.Stream);
        Assert.Equal("Stream", back.Data[ExceptionCodec.LostKey]);
    });

    private sealed record Note(string Text, int Line);

    [Fact]
    public Task Data_arrives_or_is_listed_as_lost() => Within.Time(() =>
    {
        var original = new FormatException("m")
        {
            Data = { ["text"] = "t", ["number"] = 3L, ["none"] = null, ["note"] = new Note("n", 1), ["numbers"] = (int[])[1, 2], ["stream"] = Stream.Null, [42] = "key" },
        };
        var back = Cross(original).Data;
        Assert.Equal(("t", 3L, null, new Note("n", 1)), (back["text"], back["number"], back["none"], back["note"]));
        Assert.Equal([1, 2], Assert.IsType<int[]>(back["numbers"]));
        Assert.Equal(Stream.Null.ToString(), back["stream"]);
        Assert.Equal("key", back["42"]);
        Assert.True(back.Contains("none"));
        Assert.Equal("Data[stream], Data[42]", back[ExceptionCodec.LostKey]);
        var again = ExceptionCodec.Read(ExceptionCodec.Write(Cross(original)));
        Assert.Equal("Data[stream], Data[42]", again.Data[ExceptionCodec.LostKey]);
    });

    private sealed class Hostile : Exception
    {
        public override string Message => throw new InvalidOperationException("no message");

        public override string? StackTrace => throw new InvalidOperationException("no trace");

        public override IDictionary Data => throw new InvalidOperationException("no data");

        public override string? Source
        {
            get => throw new InvalidOperationException("no source");
            set => throw new InvalidOperationException("no source");
        }

        public override string? HelpLink
        {
            get => throw new InvalidOperationException("no link");
            set => throw new InvalidOperationException("no link");
        }
    }

    [Fact]
    public Task One_whose_members_throw_arrives_all_the_same() => Within.Time(() =>
    {
        Assert.IsType<Hostile>(Cross(new Hostile()));
        Assert.IsType<Hostile>(Cross(new FormatException("outer", new Hostile())).InnerException);
    });

    private sealed class Fragile : Exception
    {
        [NonSerialized]
        private readonly string secret;

        public Fragile(string secret) => this.secret = secret;

        public override string Message => $"secret of {secret.Length}";
    }

    [Fact]
    public Task A_message_that_cannot_be_made_anew_is_kept_beside() => Within.Time(() =>
    {
        var back = Cross(new Differing { Kept = "a" });
        Assert.Equal("Differing says a and lost", back.Data[ExceptionCodec.MessageKey]);
        Assert.Equal("secret of 1", Assert.IsType<Fragile>(Cross(new Fragile("s"))).Data[ExceptionCodec.MessageKey]);
    });

    private sealed class Differing : Exception
    {
        [NonSerialized]
        private readonly string? lost = "lost";

        public string Kept { get; init; } = "";

        public override string Message => $"Differing says {Kept} and {lost}";
    }

    [Fact]
    public Task A_type_that_does_not_exist_here_arrives_as_a_remote_exception() => Within.Time(() =>
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Elsewhere"), AssemblyBuilderAccess.Run).DefineDynamicModule("Elsewhere");
        var type = module.DefineType("Elsewhere.BrokenException", TypeAttributes.Public, typeof(FormatException)).CreateType();
        var original = Thrown((Exception)RuntimeHelpers.GetUninitializedObject(type));
        original.Data["k"] = 1;
        var back = Assert.IsType<RemoteException>(Cross(original));
        Assert.Equal("Elsewhere.BrokenException", back.TypeName);
        Assert.Equal(original.Message, back.Message);
        Assert.Equal(original.HResult, back.HResult);
        Assert.Equal(1, back.Data["k"]);
        Assert.Contains(nameof(Deep), back.StackTrace, StringComparison.Ordinal);
        Assert.IsType<RemoteException>(Cross(new AggregateException(original)).InnerException);
    });

    [Fact]
    public Task A_message_of_a_megabyte_arrives() => Within.Time(() =>
    {
        var message = new string('ä', 1 << 20);
        Assert.Equal(message, Cross(new FormatException(message)).Message);
    });

    [Fact]
    public Task Long_and_cyclic_chains_of_causes_end() => Within.Time(() =>
    {
        Exception chain = new FormatException("first");
        for (var i = 0; i < 1000; i++)
            chain = new FormatException($"{i}", chain);
        Assert.InRange(Chain(Cross(chain)), 10, 100);

        var cycle = new FormatException("a", new FormatException("b"));
        ExceptionFields.Inner(cycle.InnerException!) = cycle;
        var back = Cross(cycle);
        Assert.Equal("a cause, FormatException", back.InnerException!.Data[ExceptionCodec.LostKey]);
        Assert.Equal(2, Chain(back));

        Exception wide = new FormatException("leaf");
        for (var i = 0; i < 6; i++)
            wide = new AggregateException(wide, wide, wide);
        Assert.InRange(ExceptionCodec.Write(wide).Length, 1, 10_000_000);
        Assert.IsType<AggregateException>(Cross(wide));

        static int Chain(Exception? e) => e is null ? 0 : 1 + Chain(e.InnerException);
    });

    [Fact]
    public Task One_that_is_larger_than_its_place_arrives_cut() => Within.Time(() =>
    {
        var large = new FormatException(new string('m', 1_000_000), new ArgumentException(new string('n', 1_000_000), "p")) { Data = { ["large"] = new int[500_000], ["small"] = 7 } };
        var bytes = ExceptionCodec.Write(Thrown(large), limit: 100_000);
        Assert.InRange(bytes.Length, 1000, 100_000);
        var back = Assert.IsType<FormatException>(ExceptionCodec.Read(bytes));
        Assert.StartsWith("mmm", back.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Deep), back.StackTrace, StringComparison.Ordinal);
        Assert.Equal(7, back.Data["small"]);
        Assert.Contains("the end of its Message", (string)back.Data[ExceptionCodec.LostKey]!, StringComparison.Ordinal);
        Assert.Contains("large", (string)back.Data[ExceptionCodec.LostKey]!, StringComparison.Ordinal);
        Assert.StartsWith("nnn", Assert.IsType<ArgumentException>(back.InnerException).Message, StringComparison.Ordinal);
    });

    private sealed class Holding : Exception
    {
        public Exception? First { get; set; }

        public Exception? Second { get; set; }
    }

    [Fact]
    public Task An_exception_may_hold_others_and_itself() => Within.Time(() =>
    {
        var back = Assert.IsType<Holding>(Cross(new Holding { First = new ArgumentException("m", "p") }));
        Assert.Equal("p", Assert.IsType<ArgumentException>(back.First).ParamName);

        var self = new Holding();
        self.First = self.Second = self;
        self.Data["self"] = self;
        var again = Assert.IsType<Holding>(Cross(self));
        var inner = Assert.IsType<Holding>(Assert.IsType<Holding>(Assert.IsType<Holding>(again.First).Second).First);
        Assert.Equal("First, Second, Data[self]", inner.Data[ExceptionCodec.LostKey]);
    });

    private sealed record Outcome(string Name, Exception? Error, ArgumentException[] Others);

    [Fact]
    public Task Exceptions_in_items_cross_too() => Within.Time(() =>
    {
        CrossingCheck.Require(typeof(Outcome), "s", "its items");
        var back = Crossing.Of(new Outcome("o", Thrown(new FormatException("m")), [new ArgumentNullException("p")]));
        Assert.Contains(nameof(Deep), Assert.IsType<FormatException>(back.Error).StackTrace, StringComparison.Ordinal);
        Assert.Equal("p", Assert.IsType<ArgumentNullException>(back.Others[0]).ParamName);
        Assert.Null(Crossing.Of(new Outcome("o", null, [])).Error);
    });

    [Fact]
    public Task Garbage_is_read_as_a_remote_exception() => Within.Time(() =>
    {
        var random = new Random(1);
        var good = ExceptionCodec.Write(Thrown(new FormatException("m") { Data = { ["a"] = 1 } }));
        for (var i = 0; i < good.Length; i++)
            Assert.NotNull(ExceptionCodec.Read(good.AsSpan(0, i)));
        for (var i = 0; i < 300; i++)
        {
            var bad = good.ToArray();
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
            Assert.NotNull(ExceptionCodec.Read(bad));
        }

        Assert.IsType<RemoteException>(ExceptionCodec.Read([]));
    });

    private static Exception Cross(Exception exception) => ExceptionCodec.Read(ExceptionCodec.Write(exception));

    private static TException Thrown<TException>(TException exception)
        where TException : Exception
    {
        try
        {
            Deep(exception);
        }
        catch (TException)
        {
        }

        return exception;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Deep(Exception exception) => throw exception;
}
