using Penstock.Stages.Crossing;

namespace Penstock.Stages;

/// <summary>An item-wise operator, to be appended to whatever stage stands before it.</summary>
internal abstract class ItemOperator
{
    /// <summary>The operator as a stage of its own.</summary>
    public abstract Body ToBody();
}

/// <summary>An item-wise operator on items of a known type.</summary>
internal abstract class ItemOperator<T> : ItemOperator
{
    public abstract Body AppendTo<TIn>(Body<TIn, T> body);
}

/// <summary>An item-wise operator in both forms.</summary>
internal sealed class ItemOperator<T, TNext>(string name, Yield yield, Recipe recipe) : ItemOperator<T>
{
    public string Name => name;

    public Yield Yield => yield;

    public Recipe Recipe => recipe;

    public required Func<IEnumerable<T>, IEnumerable<TNext>> Synchronous { get; init; }

    public required Func<IAsyncEnumerable<T>, IAsyncEnumerable<TNext>> Asynchronous { get; init; }

    public override Body<T, TNext> ToBody() => ToBody(recipe);

    /// <summary>The operator as a stage that stays in this process.</summary>
    public Body<T, TNext> ToLocalBody() => ToBody(recipe: null);

    public override Body AppendTo<TIn>(Body<TIn, T> body) => body.Append(this);

    private Body<T, TNext> ToBody(Recipe? recipe) => new(Recipe.Function) { Recipe = recipe, Synchronous = (items, _) => Synchronous(items) };
}

/// <summary>How many outputs an operator makes of one item.</summary>
internal enum Yield
{
    One,
    AtMostOne,
    Any,
}
