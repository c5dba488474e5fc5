using Penstock.Processes;

namespace Penstock.Workers;

/// <summary>When a worker process has done enough to be replaced: by items taken, or by the memory it has come to use.</summary>
/// <param name="items">After so many items; null for any number.</param>
/// <param name="memory">Above so many bytes; null for any.</param>
/// <param name="usedMemory">How many bytes it uses now.</param>
/// <param name="clock">Milliseconds, at no cost to speak of.</param>
internal sealed class Wear(int? items, long? memory, Func<long> usedMemory, Func<long> clock)
{
    /// <summary>Milliseconds between two looks at the memory, which cost a system call each.</summary>
    public const int Period = 50;

    private long taken;
    private long nextLook = long.MinValue;

    /// <summary>Null for stages whose processes stay.</summary>
    public static Wear? For(StageOptions options) => options is { RecycleAfter: null, RecycleAboveMemory: null }
        ? null
        : new Wear(options.RecycleAfter, options.RecycleAboveMemory, OwnMemory.Read, static () => Environment.TickCount64);

    /// <summary>Called for each item: whether that was enough.</summary>
    public bool IsEnough()
    {
        taken++;
        return taken >= items || (memory is not null && IsAboveMemory(memory.Value));
    }

    private bool IsAboveMemory(long limit)
    {
        var now = clock();
        if (now < nextLook)
            return false;
        nextLook = now + Period;
        return usedMemory() > limit;
    }
}
