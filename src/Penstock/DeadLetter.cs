namespace Penstock;

/// <summary>An item that a stage gave up, with the reason.</summary>
public sealed record DeadLetter
{
    /// <summary>The item, as the stage was given it; of a stage in a process, a copy.</summary>
    public required object? Item { get; init; }

    /// <summary>The name of the stage that failed on it.</summary>
    public required string Stage { get; init; }

    /// <summary>The worker that failed on it last, counted from 0.</summary>
    public required int Worker { get; init; }

    /// <summary>The item's number in the stage's input, counted from 0.</summary>
    public required long Number { get; init; }

    /// <summary>The exception of the last attempt.</summary>
    public required Exception Exception { get; init; }

    /// <summary>
    /// How many outputs for this item had been handed on before the stage gave up. Operators appended to the stage belong to it; but where it
    /// runs in a process and they cannot go there with it, they are a stage of this process behind it, and the outputs are those that it was given.
    /// </summary>
    public required int Delivered { get; init; }

    /// <summary>How many times the item was tried.</summary>
    public required int Attempts { get; init; }
}
