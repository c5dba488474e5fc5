using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Penstock.Serialization;

/// <summary>Types that hold no references. Nullable values of them belong here too, which the constraint does not allow.</summary>
internal static class Unmanaged
{
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    public static bool Is(Type type) =>
        type is { IsValueType: true, IsByRefLike: false } && type != typeof(void)
        && !(bool)new Func<bool>(RuntimeHelpers.IsReferenceOrContainsReferences<int>).Method.GetGenericMethodDefinition()
            .MakeGenericMethod(type).Invoke(null, null)!;

    public static ReadOnlySpan<byte> BytesOf<T>(ReadOnlySpan<T> items) => MemoryMarshal.CreateReadOnlySpan(
        ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(items)), checked(items.Length * Unsafe.SizeOf<T>()));

    public static ReadOnlySpan<T> ItemsIn<T>(ReadOnlySpan<byte> bytes) => MemoryMarshal.CreateReadOnlySpan(
        ref Unsafe.As<byte, T>(ref MemoryMarshal.GetReference(bytes)), bytes.Length / Unsafe.SizeOf<T>());
}
