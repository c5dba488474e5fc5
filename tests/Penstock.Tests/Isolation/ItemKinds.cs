using System.Runtime.InteropServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>Items of every kind cross whole, through two processes and back.</summary>
public class ItemKinds
{
    private const int Giant = 5 << 20;

    [Fact]
    public Task Records() => MustPass([.. Enumerable.Range(0, 50).Select(i => new Reading(i, $"name {i} äöü€😀", i % 3 == 0 ? null : i / 7.0, new Place(i, -i)))]);

    [Fact]
    public Task Records_with_arrays() => Within.Time(async () =>
    {
        Picture[] pictures = [.. Enumerable.Range(0, 20).Select(i => new Picture($"{i}", Bytes(i * 1000)))];
        var passed = await Passed(pictures);
        Assert.Equal(pictures.Select(p => p.Name), passed.Select(p => p.Name));
        Assert.Equal(pictures.Select(p => p.Pixels), passed.Select(p => p.Pixels));
    });

    [Fact]
    public Task Structs_and_tuples() => MustPass([.. Enumerable.Range(0, 50).Select(i => (new Place(i, i), i % 2 == 0, TimeSpan.FromSeconds(i), (string?)$"{i}"))]);

    [Fact]
    public Task Strings_short_and_long_and_none() => MustPass(["", null, "a", new string('x', 3000), "ä\ud800", new string('€', 5000), null, new string('y', 200_000)]);

    [Fact]
    public Task Arrays_short_and_long_and_none() => MustPass<int[]?>([[], null, [1, 2, 3], [.. Enumerable.Range(0, 1000)], [.. Enumerable.Range(0, 1100)], [.. Enumerable.Range(0, 100_000)], null, [7]]);

    [Fact]
    public Task Objects_that_are_not_there() => MustPass<Reading?>([null, new(1, "a", null, default), null, null]);

    [Fact]
    public Task Numbers_that_are_none() => MustPass([1.5, double.NaN, double.NegativeInfinity, -0.0, double.Epsilon]);

    [Fact]
    public Task Giants() => Within.Time(async () =>
    {
        byte[][] giants = [.. Enumerable.Range(0, 6).Select(i => Bytes(Giant + i))];
        var passed = await Passed(giants);
        Assert.Equal(giants.Length, passed.Count);
        for (var i = 0; i < giants.Length; i++)
            Assert.True(giants[i].AsSpan().SequenceEqual(passed[i]), $"giant {i} has changed");
    });

    [Fact]
    public Task By_a_serializer_of_the_user() => Within.Time(async () =>
    {
        Reading[] readings = [new(1, "a", null, default), new(2, "b", 3, new(1, 2))];
        Assert.Equal(readings, await Twice(readings).ToListAsync(new() { Serializer = new PlainJson() }));
    });

    [Fact]
    public Task Arguments_of_every_kind() => Within.Time(async () =>
    {
        var argument = new Argument("name", [1, 2, 3], new Place(1, 2), new(StringComparer.Ordinal) { ["a"] = 1.5 });
        Assert.Equal(["name 1,2,3 1 2 a=1.5"], await Pipeline.From([0]).Then(Tell, argument, Beside.Process).ToListAsync());
        Assert.Equal([Giant], await Pipeline.From([0]).Then(Measure, Bytes(Giant), Beside.Process).ToListAsync());
    });

    private static Task MustPass<T>(T[] items) => Within.Time(async () => Assert.Equal(items, await Passed(items)));

    private static Task<List<T>> Passed<T>(T[] items) => Twice(items).ToListAsync();

    private static Pipeline<T> Twice<T>(T[] items) => Pipeline.From(items).Then(Steps.Pass, Beside.Processes(2)).Then(Steps.Pass, Beside.Process);

    private static IEnumerable<string> Tell(IEnumerable<int> items, Argument argument) => items.Select(_ => FormattableString.Invariant(
        $"{argument.Name} {string.Join(',', argument.Numbers)} {argument.Place.X} {argument.Place.Y} {string.Join(',', argument.Weights.Select(w => FormattableString.Invariant($"{w.Key}={w.Value}")))}"));

    private static IEnumerable<int> Measure(IEnumerable<int> items, byte[] bytes) => items.Select(_ => bytes.Length);

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Place(int X, int Y);

    internal sealed record Reading(int Number, string Name, double? Value, Place Place);

    internal sealed record Picture(string Name, byte[] Pixels);

    internal sealed record Argument(string Name, int[] Numbers, Place Place, Dictionary<string, double> Weights);

    public sealed class PlainJson() : JsonItemSerializer(new System.Text.Json.JsonSerializerOptions());
}
