using Penstock.Stages.Crossing;

namespace Penstock.Stages;

/// <summary>What a stage does, whatever its items are.</summary>
/// <param name="function">The function as the user gave it; null for objects and for the engine's own stages.</param>
internal abstract class Body(Delegate? function)
{
    /// <summary>The function as the user gave it; null for objects and for the engine's own stages.</summary>
    public Delegate? Function { get; } = function;

    /// <summary>How another process makes this body; null for what never leaves this one: objects, sinks, the engine's own stages.</summary>
    public Recipe? Recipe { get; init; }

    /// <summary>The engine's own stages talk to their reader, so they cannot be nested in another stage.</summary>
    public bool IsFusable { get; init; } = true;

    /// <summary>Whether the user's code is at work in it, on one item at a time: what it spends on an item makes a span.</summary>
    public bool IsTraced { get => field || IsFusable; init; }

    /// <summary>Whether a source with something behind it is inside: a drain ends the source's items there, and what is behind it finishes.</summary>
    public bool HasInnerSource { get; protected init; }

    /// <summary>Whether a task has a source inside that is none, so that its token would not tell that one alone.</summary>
    public bool HasSynchronousSource { get; protected init; }

    public abstract bool IsAsynchronous { get; }

    /// <summary>Appends an item-wise operator: it runs inside this body's workers.</summary>
    public abstract Body Append(ItemOperator operation);

    /// <summary>Calls the visitor with this body's types.</summary>
    public abstract TResult Accept<TResult>(IBodyVisitor<TResult> visitor);
}
