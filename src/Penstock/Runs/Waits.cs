namespace Penstock.Runs;

/// <summary>Where synchronous code meets the engine's one, asynchronous path.</summary>
internal static class Waits
{
    /// <summary>Blocks until the value is there. In workers with a thread of their own it always is: their waits block inside.</summary>
    public static T Wait<T>(this ValueTask<T> value) => value.IsCompleted ? value.GetAwaiter().GetResult() : value.AsTask().GetAwaiter().GetResult();

    /// <inheritdoc cref="Wait{T}"/>
    public static void Wait(this ValueTask value)
    {
        if (value.IsCompleted)
            value.GetAwaiter().GetResult();
        else
            value.AsTask().GetAwaiter().GetResult();
    }
}
