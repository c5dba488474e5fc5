using System.Linq.Expressions;
using Penstock.Stages;
using Penstock.Tests.Support;

namespace Penstock.Tests.Stages;

/// <summary>What another process could not find again is refused before anything starts: by its name, with the cure.</summary>
public class WhatCannotCross
{
    private readonly Pipeline<int> source = Pipeline.From([0, 1, 2]);
    private readonly int step = 1;

    [Fact]
    public Task A_captured_variable() => Within.Time(() =>
    {
        var threshold = Environment.ProcessId;
        Refused(source.Then(xs => xs.Where(x => x > threshold)), "Stage", "captures 'threshold': pass it as the argument: .Then((items, threshold) => …, threshold)");
        Refused(source.Then(Score), "Score", "captures 'threshold': pass it as the argument: .Then(Score, threshold)");
        Refused(source.Then(Score, new() { Name = "score" }), "score", "captures 'threshold': pass it as the argument: .Then(Score, threshold)");
        Refused(Pipeline.From(() => Enumerable.Range(0, threshold)), "Source", "captures 'threshold': pass it as the argument: Pipeline.From(threshold => …, threshold)");
        Refused(Pipeline.From(Load), "Load", "captures 'threshold': pass it as the argument: Pipeline.From(Load, threshold)");

        IEnumerable<int> Score(IEnumerable<int> items)
        {
            foreach (var item in items)
                yield return item + threshold;
        }

        async IAsyncEnumerable<int> Load()
        {
            await Task.Yield();
            yield return threshold;
        }
    });

    [Fact]
    public Task Several_captured_variables() => Within.Time(() =>
    {
        var (threshold, path, scale) = (1, "path", 1.5);
        Refused(
            source.Then(xs => xs.Where(x => x > threshold).Select(x => x + path)),
            "Stage",
            "captures 'threshold' and 'path': pass them as the argument: .Then((items, argument) => …, (threshold, path))");
        Refused(source.Then(Score), "Score", "captures 'threshold', 'path' and 'scale': pass them as the argument: .Then(Score, (threshold, path, scale))");

        IEnumerable<double> Score(IEnumerable<int> items) => items.Select(x => (x + threshold + path.Length) * scale);
    });

    [Fact]
    public Task Only_the_variables_of_the_function_itself() => Within.Time(() =>
    {
        var (mine, others) = (1, 2);
        Func<int> other = () => others++;
        Refused(source.Then(xs => xs.Select(x => x + mine)), "Stage", "captures 'mine': pass");
        Refused(source.Then(Iterate), "Iterate", "captures 'mine': pass");
        Refused(source.Select(AddSoonAsync), "AddSoonAsync", "captures 'mine', and");
        for (var i = 0; i < 1; i++)
        {
            var inner = i;
            Refused(source.Then(xs => xs.Select(x => x + inner)), "Stage", "captures 'inner': pass");
            Refused(source.Then(xs => xs.Select(x => x + mine + inner)), "Stage", "captures 'inner' and 'mine': pass");
        }

        Assert.Equal(2, other());

        IEnumerable<int> Iterate(IEnumerable<int> items)
        {
            foreach (var item in items)
                yield return Add(item);
        }

        int Add(int item) => item + mine;

        async ValueTask<int> AddSoonAsync(int item)
        {
            await Task.Yield();
            return Add(item);
        }
    });

    [Fact]
    public Task A_captured_parameter_beside_an_argument() => Within.Time(() =>
    {
        Test(1, 2);

        void Test(int threshold, int scale)
        {
            Refused(source.Then(Score, 5), "Score", "captures 'threshold': pass it with the argument: .Then(Score, (argument, threshold))");
            Refused(
                source.Then((xs, offset) => xs.Select(x => x * scale + threshold + offset), 5),
                "Stage",
                "captures 'scale' and 'threshold': pass them with the argument: .Then((items, argument) => …, (argument, scale, threshold))");

            IEnumerable<int> Score(IEnumerable<int> items, int offset) => items.Select(x => x + threshold + offset);
        }
    });

    [Fact]
    public Task What_an_item_wise_function_captures() => Within.Time(() =>
    {
        var threshold = 1;
        const string Cure = "captures 'threshold', and takes no argument: use a stage that does: .Then((items, threshold) => …, threshold)";
        Refused(source.Select(x => x + threshold, new()), "Select", Cure);
        Refused(source.Where(IsAbove, new()), "IsAbove", Cure);
        Refused(source.SelectMany(x => new[] { x, threshold }, new() { Name = "each" }), "each", Cure);
        Refused(source.Select(async x => await Task.FromResult(x + threshold)), "Select", Cure);

        bool IsAbove(int item) => item > threshold;
    });

    [Fact]
    public Task The_variables_of_a_query() => Within.Time(() =>
    {
        var pipelines =
            from x in Enumerable.Range(1, 1)
            let y = x + 1
            select source.Then(items => items.Select(item => item + x + y));
        Refused(pipelines.Single(), "Stage", "captures 'query': pass it as the argument");
    });

    [Fact]
    public Task What_a_generic_method_captures() => Within.Time(() =>
    {
        Test("a");

        void Test<T>(T extra) => Refused(source.Then(xs => xs.Select(x => (x, extra))), "Stage", "captures 'extra': pass it as the argument");
    });

    [Fact]
    public Task The_object_around_it() => Within.Time(() =>
    {
        var threshold = 1;
        Refused(source.Then(xs => xs.Select(x => x + step)), "Stage", "captures 'this': make it static and pass what it needs as the argument");
        Refused(source.Then(Local), "Local", "captures 'this': make it static and pass what it needs as the argument");
        Refused(source.Then(xs => xs.Select(x => x + step + threshold)), "Stage", "captures 'threshold' and 'this': make it static and pass what it needs as the argument");
        Refused(source.Then(Add), "Add", "is an instance method of WhatCannotCross: make it static and pass what it needs as the argument");
        Refused(source.Then(new Adder(1).Add), "Add", "is an instance method of Adder: make it static and pass what it needs as the argument");

        IEnumerable<int> Local(IEnumerable<int> items) => items.Select(x => x + step);
    });

    [Fact]
    public Task A_function_of_several() => Within.Time(() =>
    {
        Func<IEnumerable<int>, IEnumerable<int>> same = xs => xs;
        Refused(source.Then(same + same), "Stage", "is combined from 2 functions: call them one after the other in a static method");
    });

    [Fact]
    public Task An_extension_method_of_an_object_or_of_null() => Within.Time(() =>
    {
        const string Cure = "is bound to its first argument, of type Adder: let it take that behind the items, and pass it as the argument";
        Refused(source.Then(new Adder(1).AddTo), "AddTo", Cure);
        Refused(source.Then(default(Adder)!.AddTo), "AddTo", Cure);
    });

    [Fact]
    public Task What_was_compiled_at_run_time() => Within.Time(() =>
    {
        Expression<Func<IEnumerable<int>, IEnumerable<int>>> expression = xs => xs.Select(x => x + 1);
        Refused(source.Then(expression.Compile(), new() { Name = "compiled" }), "compiled", "was compiled at run time, so it exists in this process alone: write it as a static method");
        Refused(source.Then(RunTime.DynamicMethod()), "Pass", "was compiled at run time, so it exists in this process alone: write it as a static method");
    });

    [Fact]
    public Task What_is_in_no_file() => Within.Time(() =>
    {
        Refused(source.Then(RunTime.InMemory("InMemory")), "Pass", "needs assembly 'InMemory', which another process cannot load since it was not loaded from a file: load it from its path; publish without PublishSingleFile");
        Refused(source.Then(RunTime.Collectible("Collectible")), "Pass", "needs assembly 'Collectible', which may be unloaded at any time: load it into a context that is not collectible");
        Refused(source.Then(RunTime.Dynamic("Dynamic")), "Pass", "needs assembly 'Dynamic', which was made at run time and exists in this process alone: compile it to a file");
    });

    [Fact]
    public Task A_type_that_is_in_no_file() => Within.Time(() =>
    {
        var type = RunTime.InMemory("Types").Method.DeclaringType!;
        new Action(Test<object>).Method.GetGenericMethodDefinition().MakeGenericMethod(type).CreateDelegate<Action>(this)();
    });

    [Fact]
    public Task What_stays_with_the_caller() => Within.Time(() =>
    {
        Refused(source.Last, "Source", "it is an object of this process: leave Isolation out, or start with a function that makes the items");
        Refused(source.Select(x => x).Last, "Source", "it is an object of this process: leave Isolation out, or start with a function that makes the items");
        var sink = new Stage<int, int>(StageKind.Sink, "count", new Body<int, int>(function: null) { Synchronous = (xs, _) => [xs.Count()] }, options: null, source.Last);
        Refused(sink, "count", "it is a sink, which stays with the caller: leave Isolation out, or do the work in a stage before it");
    });

    [Fact]
    public Task Appended_operators_are_no_obstacle() => Within.Time(() =>
    {
        var threshold = 1;
        IsolationChecks.Require(source.Then(xs => xs).Select(x => x + threshold).Where(x => x > step).Last);
    });

    private void Test<T>() => Refused(source.Then(xs => xs.Select(x => default(T))), "Stage", "needs assembly 'Types', which another process");

    private static void Refused<T>(Pipeline<T> pipeline, string name, string complaint) => Refused(pipeline.Last, name, "its function " + complaint);

    private static void Refused(Stage stage, string name, string complaint)
    {
        var refused = Assert.Throws<PipelineDefinitionException>(() => IsolationChecks.Require(stage));
        var expected = $"Stage '{name}' cannot run in another process: {complaint}";
        Assert.True(refused.Message.StartsWith(expected, StringComparison.Ordinal), $"expected {expected}\nactual   {refused.Message}");
    }

    private IEnumerable<int> Add(IEnumerable<int> items) => items.Select(x => x + step);
}

internal sealed class Adder(int step)
{
    public IEnumerable<int> Add(IEnumerable<int> items) => items.Select(x => x + step);
}

internal static class AdderExtensions
{
    public static IEnumerable<int> AddTo(this Adder adder, IEnumerable<int> items) => adder.Add(items);
}
