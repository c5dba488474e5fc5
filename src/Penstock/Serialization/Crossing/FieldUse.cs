using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;

namespace Penstock.Serialization;

/// <summary>Which fields a method's code loads and stores: it tells that a property written by hand shows a field.</summary>
/// <remarks>Code is searched byte by byte instead of decoded: a match by chance would have to name a field of the same type.</remarks>
internal static class FieldUse
{
    public static IEnumerable<(Type Type, string Name)> LoadedBy(MethodBase method) => UsedBy(method, OpCodes.Ldfld, OpCodes.Ldflda);

    /// <summary>A field whose address is taken counts as stored: setters often hand it to a method that does.</summary>
    public static IEnumerable<(Type Type, string Name)> StoredBy(MethodBase method) => UsedBy(method, OpCodes.Stfld, OpCodes.Ldflda);

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Reflection.Intrinsic)]
    private static IEnumerable<(Type Type, string Name)> UsedBy(MethodBase method, params OpCode[] codes)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i < code.Length - sizeof(int); i++)
        {
            if (Array.Exists(codes, c => c.Value == code[i]) && Resolve(method, BitConverter.ToInt32(code, i + 1)) is { DeclaringType: { } type } field)
                yield return (type, field.Name);
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Reflection.Intrinsic)]
    private static FieldInfo? Resolve(MethodBase method, int token)
    {
        try
        {
            return method.Module.ResolveField(token, method.DeclaringType?.GetGenericArguments(), null);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException or MissingFieldException or TypeLoadException)
        {
            return null; // no field, and no instruction
        }
    }
}
