namespace Penstock.Buffers;

/// <summary>A buffer of whatever elements, as workers and links see it.</summary>
/// <remarks>
/// Whose it is, says one word: nobody's yet (rented), on its way (yielded), or that of the worker that has received it. That one ends it when
/// it asks for its next item, unless it has yielded it on by then.
/// </remarks>
internal interface IBuffer : IDisposable
{
    /// <summary>Null, <see cref="Hands.OnTheWay"/>, or the worker that has received it.</summary>
    object? Holder { get; set; }

    /// <summary>Whether its holder has yielded it and holds it still, since a copy was handed on. Used by the holder alone.</summary>
    bool HasPassedOn { get; set; }

    bool HasEnded { get; }

    /// <summary>Whether its memory is an array's, not a slot's.</summary>
    bool IsOrdinary { get; }

    /// <summary>In bytes.</summary>
    long Size { get; }

    /// <summary>A copy in ordinary memory, which nobody ends.</summary>
    IBuffer Copy();

    /// <summary>Out of the slot that it lies in, into ordinary memory.</summary>
    void MoveOut();

    /// <summary>Whoever uses it from now on gets an exception that says how it ended.</summary>
    void End(string how);
}
