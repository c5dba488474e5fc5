using Penstock.Stages.Crossing;

namespace Penstock.Stages;

/// <summary>How a stage came from another by appending an operator: what it takes to part them again.</summary>
internal abstract class AppendedOperator<TOut>
{
    /// <inheritdoc cref="Stage{TOut}.Split"/>
    /// <param name="whole">The stage with the operator.</param>
    public abstract Stage<TOut> Split(Stage<TOut> whole);
}

/// <inheritdoc/>
internal sealed class AppendedOperator<T, TOut>(Stage<T> before, ItemOperator<T, TOut> operation) : AppendedOperator<TOut>
{
    public override Stage<TOut> Split(Stage<TOut> whole)
    {
        var split = before.Split();
        if (split != before)
            return split.Append(operation); // behind one that cannot cross
        return Obstacles.Find(operation.Recipe, isSource: false) is null ? whole : before.SplitOff(operation);
    }
}
