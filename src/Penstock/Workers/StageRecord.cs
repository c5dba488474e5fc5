using System.Runtime.InteropServices;

namespace Penstock.Workers;

/// <summary>What the workers of a stage must see of it, wherever they run.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StageRecord
{
    public const int TurnWaitingAt = 128;

    /// <summary>The first item number that does not count any more. Only falls.</summary>
    [FieldOffset(0)]
    public long Bound;

    /// <summary>Workers that wait for their turn, see <see cref="Waiting.WaitSet"/>.</summary>
    [FieldOffset(TurnWaitingAt)]
    public int TurnWaiting;
}
