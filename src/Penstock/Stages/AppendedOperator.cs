using Penstock.Stages.Crossing;

namespace Penstock.Stages;

/// <summary>How a stage came from another by appending an operator: what it takes to part them again.</summary>
internal abstract class AppendedOperator<TOut>
{
    /// <inheritdoc cref="Stage{TOut}.Split"/>
    /// <param name="whole">The stage with the operator.</param>
    /// <param name="stays">Whether an operator stays with the stage that it was appended to.</param>
    public abstract Stage<TOut> Split(Stage<TOut> whole, Func<Recipe, bool> stays);
}

/// <inheritdoc/>
internal sealed class AppendedOperator<T, TOut>(Stage<T> before, ItemOperator<T, TOut> operation) : AppendedOperator<TOut>
{
    public override Stage<TOut> Split(Stage<TOut> whole, Func<Recipe, bool> stays)
    {
        var split = before.Split(stays);
        if (split != before)
            return split.Append(operation); // behind one that does not stay
        return stays(operation.Recipe) ? whole : before.SplitOff(operation);
    }
}
