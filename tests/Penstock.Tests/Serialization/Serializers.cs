using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Penstock.Serialization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Serialization;

/// <summary>The user's own serializer takes the place of all that Penstock knows of a type.</summary>
public partial class Serializers
{
    public sealed record Word(string Text, int Count);

    [JsonSerializable(typeof(Word))]
    [JsonSerializable(typeof(int))]
    public sealed partial class Words : JsonSerializerContext;

    public sealed class WordSerializer() : JsonItemSerializer(Words.Default);

    public sealed class CamelCase() : JsonItemSerializer(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });

    [Fact]
    public Task A_source_generated_context_can_be_used() => Within.Time(() =>
    {
        var item = new Word("a", 1);
        var (back, written) = CrossBy(new WordSerializer(), item);
        Assert.Equal(item, back);
        Assert.Equal("""{"Text":"a","Count":1}""", written);
        Assert.Equal(5, CrossBy(new WordSerializer(), 5).Back);
        Assert.Throws<NotSupportedException>(() => CrossBy(new WordSerializer(), Guid.Empty));
    });

    [Fact]
    public Task Options_can_be_used() => Within.Time(() =>
        Assert.Equal("""{"text":"a","count":1}""", CrossBy(new CamelCase(), new Word("a", 1)).Written));

    [Fact]
    public Task Null_is_an_item_too() => Within.Time(() => Assert.Null(CrossBy<Word?>(new WordSerializer(), null).Back));

    [Fact]
    public Task One_serializer_serves_many_threads_and_survives_an_item_that_fails() => Within.Time(() =>
    {
        var serializer = new WordSerializer();
        Parallel.For(0, 10_000, i =>
        {
            if (i % 100 == 0)
                Assert.Throws<NotSupportedException>(() => CrossBy(serializer, Guid.Empty));
            Assert.Equal(i, CrossBy(serializer, new Word("w", i)).Back.Count);
        });
    });

    [Fact]
    public Task It_comes_first_also_for_raw_items() => Within.Time(() =>
    {
        Assert.Null(ItemCodec.For<int>(new WordSerializer()).FixedSize);
        Assert.Equal("7", CrossBy(new WordSerializer(), 7).Written);
    });

    private sealed class Hidden() : JsonItemSerializer(Words.Default);

    public sealed class NeedsArguments(JsonSerializerContext context) : JsonItemSerializer(context);

    public readonly struct Plain : IItemSerializer
    {
        public void Serialize<T>(IBufferWriter<byte> output, T item) => throw new NotSupportedException();

        public T Deserialize<T>(ReadOnlySpan<byte> input) => throw new NotSupportedException();
    }

    [Fact]
    public Task One_that_a_worker_cannot_make_is_refused_with_the_cure() => Within.Time(() =>
    {
        Refused(new Hidden(), "RunOptions.Serializer is a Hidden, which a worker process cannot make for itself: it is not public");
        Refused(new NeedsArguments(Words.Default), "it has no public constructor without parameters");
        Refused(new JsonItemSerializer(Words.Default), "public sealed class MySerializer() : JsonItemSerializer(MyContext.Default);");
        SerializerCheck.Require(new WordSerializer());
        SerializerCheck.Require(new Plain());
    });

    private static void Refused(IItemSerializer serializer, string said) =>
        Assert.Contains(said, Assert.Throws<PipelineDefinitionException>(() => SerializerCheck.Require(serializer)).Message, StringComparison.Ordinal);

    private static (T Back, string Written) CrossBy<T>(IItemSerializer serializer, T item)
    {
        var slot = new ArraySlotWriter();
        ItemCodec.For<T>(serializer).Write(slot, item);
        var back = ItemCodec.For<T>(serializer).Read(slot.Written);
        return (back, System.Text.Encoding.UTF8.GetString(slot.Written));
    }
}
