namespace Penstock.Tests.Contracts;

/// <summary>A way to execute. A new one is a subclass: every contract then runs on it.</summary>
public abstract class Way
{
    public static TheoryData<Way> All => [.. Every];

    /// <summary>Those where what arrives is the very object that was handed on.</summary>
    public static TheoryData<Way> OfObjects => [.. Every.Where(way => !way.CopiesItems)];

    public virtual bool KeepsOrder => true;

    /// <summary>Whether what arrives is equal to what was handed on, not the very object.</summary>
    public virtual bool CopiesItems => false;

    public virtual RunOptions Options => new();

    public virtual Pipeline<T> From<T>(Func<IEnumerable<T>> source) => Pipeline.From(source, SourceOptions);

    public abstract Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step);

    public Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Func<TIn, TOut> each) =>
        Then(pipeline, new Step<TIn, TOut>(item => [each(item)]));

    /// <summary>What came out, in an order that can be compared.</summary>
    public IEnumerable<int> Comparable(IEnumerable<int> items) => KeepsOrder ? items : items.Order();

    public override string ToString() => GetType().Name;

    private static IEnumerable<Way> Every =>
        typeof(Way).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Way)) && !t.IsAbstract).Select(t => (Way)Activator.CreateInstance(t)!);

    protected virtual StageOptions SourceOptions => new() { Name = "source" };

    protected static Pipeline<TOut> Synchronous<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step, StageOptions options) =>
        pipeline.Then(step.Run, options with { Name = step.Name, Faults = step.Faults });

    protected static Pipeline<TOut> Asynchronous<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step, StageOptions options) =>
        pipeline.Then(step.RunAsync, options with { Name = step.Name, Faults = step.Faults });

    protected static async IAsyncEnumerable<T> Asynchronous<T>(Func<IEnumerable<T>> source)
    {
        foreach (var item in source())
        {
            await Task.Yield();
            yield return item;
        }
    }
}
