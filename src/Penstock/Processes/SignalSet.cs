using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Penstock.Processes;

/// <summary>A set of signals as the C library lays it out on Linux: a bit each, counted from 1.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SignalSet
{
    private Bits bits;

    public static SignalSet Of(params ReadOnlySpan<int> signals)
    {
        var set = default(SignalSet);
        foreach (var signal in signals)
            set.bits[0] |= 1UL << (signal - 1);
        return set;
    }

    [InlineArray(16)] // sigset_t has room for 1024
    private struct Bits
    {
        private ulong first;
    }
}
