using Penstock.Tests.Support;

namespace Penstock.Tests.Stages;

/// <summary>Wherever a function that captures nothing is defined, and whatever its types are, another process finds it.</summary>
public unsafe class RecipesOfEveryMethod
{
    private static readonly int[] Input = [1, 2, 3];

    [Fact]
    public Task A_generic_method() => Within.Time(() =>
    {
        Assert.Equal(Input, Pipeline.From(Input).Then(Pass).Cross().AsEnumerable());
        Assert.Equal(["a"], Pipeline.From(["a"]).Then(Pass).Cross().AsEnumerable());
        Assert.Equal([(1, "a")], Pipeline.From([(1, "a")]).Then(Pass).Cross().AsEnumerable());
    });

    [Fact]
    public Task A_method_of_a_generic_type() => Within.Time(() =>
    {
        Assert.Equal([1], Pipeline.From([1]).Then(Of<int>.Pass).Cross().AsEnumerable());
        Assert.Equal(["a"], Pipeline.From(["a"]).Then(Of<string>.Pass).Cross().AsEnumerable());
        Assert.Equal(["a: 1"], Pipeline.From(["a"]).Then(Of<string>.Pair, 1).Cross().AsEnumerable());
        Assert.Equal(["a: 1"], Pipeline.From(["a"]).Then(Of<string>.Nested<int>.Pair, 1).Cross().AsEnumerable());
    });

    [Fact]
    public Task A_lambda_of_a_generic_method_in_a_generic_type() => Within.Time(() =>
    {
        Assert.Equal(["a: 1"], Of<string>.WithLambda(Pipeline.From(["a"]), 1).Cross().AsEnumerable());
        Assert.Equal(["a: b"], Of<string>.WithLambda(Pipeline.From(["a"]), "b").Cross().AsEnumerable());
        Assert.Equal(["1: b"], Of<int>.WithLocalFunction(Pipeline.From([1]), "b").Cross().AsEnumerable());
    });

    [Fact]
    public Task A_local_function_and_lambdas_of_all_kinds() => Within.Time(() =>
    {
        static IEnumerable<int> Static(IEnumerable<int> items)
        {
            foreach (var item in items)
                yield return item;
        }

        IEnumerable<int> Local(IEnumerable<int> items) => items.Select(x => x);
        Assert.Equal(Input, Pipeline.From(Input).Then(Static).Cross().AsEnumerable());
        Assert.Equal(Input, Pipeline.From(Input).Then(Local).Cross().AsEnumerable());
        Assert.Equal(Input, Pipeline.From(Input).Then(static xs => xs.Select(static x => x)).Cross().AsEnumerable());
        Assert.Equal(Input, Pipeline.From(Input).Then(xs => Local(xs.Where(x => x > 0))).Cross().AsEnumerable());
    });

    [Fact]
    public Task A_lambda_of_a_field_and_of_a_constructor() => Within.Time(() =>
        Assert.Equal([-1, -2, -3], Pipeline.From(Input).Then(Private.Negate).Cross().Then(new Private().Same).Cross().AsEnumerable()));

    [Fact]
    public Task A_function_that_is_more_general_than_it_needs_to_be() => Within.Time(() =>
    {
        Func<IEnumerable<object>, string[]> toText = Private.ToText;
        Assert.Equal(["a", "b"], Pipeline.From(["a", "b"]).Then(toText).Cross().AsEnumerable());
        Assert.Equal(["a", "b"], Pipeline.From(["a", "b"]).Then<string>(Private.ToText).Cross().AsEnumerable());
    });

    [Fact]
    public Task A_method_of_the_framework() => Within.Time(() =>
        Assert.Equal([1, 2], Pipeline.From(["1", "2"]).Select(int.Parse, new()).Select(Math.Abs).Cross().AsEnumerable()));

    [Fact]
    public Task Types_of_every_shape() => Within.Time(() =>
    {
        Same(Input);
        Same(new int[1, 2]);
        Same(new[] { new int[1, 2, 3] });
        Same(Array.CreateInstance(typeof(int), [2], [5])); // an array that does not start at 0
        Same((1, "a", new int?[] { null }));
        Same(new { Anonymous = 1 });
        Same(new Dictionary<string, List<(int, Private)>>());
        Same(new Of<int>.Nested<Private[]>());
        Same(new int*[1]);
        Same(DayOfWeek.Friday);

        static void Same<T>(T item) => Assert.True(Equals(item, Pipeline.From([item]).Then(Pass).Cross().AsEnumerable().Single()), $"{typeof(T)}");
    });

    [Fact]
    public Task An_argument_of_every_kind() => Within.Time(() =>
    {
        Same(1);
        Same("a");
        Same<string?>(null);
        Same((1, "a"));
        Same(new Settings("path", [1, 2]));

        static void Same<T>(T argument)
        {
            var arrived = Assert.Single(Pipeline.From([0]).Then((xs, value) => xs.Select(_ => value), argument).Cross().AsEnumerable());
            Assert.Equivalent(argument, arrived, strict: true);
        }
    });

    private static IEnumerable<T> Pass<T>(IEnumerable<T> items) => items;

    private sealed record Settings(string Path, int[] Sizes);

    private sealed class Private
    {
        public static readonly Func<IEnumerable<int>, IEnumerable<int>> Negate = xs => xs.Select(x => -x);

        public Func<IEnumerable<int>, IEnumerable<int>> Same { get; } = xs => xs;

        public static string[] ToText(IEnumerable<object> items) => [.. items.Select(x => $"{x}")];
    }

    private static class Of<T>
    {
        public static IEnumerable<T> Pass(IEnumerable<T> items) => items;

        public static IEnumerable<string> Pair<TOther>(IEnumerable<T> items, TOther other) => items.Select(x => $"{x}: {other}");

        public static Pipeline<string> WithLambda<TOther>(Pipeline<T> pipeline, TOther other) =>
            pipeline.Then((xs, argument) => xs.Select(x => $"{x}: {argument}"), other);

        public static Pipeline<string> WithLocalFunction<TOther>(Pipeline<T> pipeline, TOther other)
        {
            return pipeline.Then(Local, other);

            static IEnumerable<string> Local(IEnumerable<T> items, TOther argument) => Pair(items, argument);
        }

        public sealed class Nested<TInner>
        {
            public static IEnumerable<string> Pair(IEnumerable<T> items, TInner inner) => Of<T>.Pair(items, inner);
        }
    }
}
