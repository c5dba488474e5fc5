using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Penstock.Serialization;

/// <summary>The fields that hold an object's state, and the members that show them.</summary>
internal static class StateFields
{
    public const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The field that the compiler made for a property, if it made one.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Reflection.Intrinsic)]
    public static FieldInfo? OfAutoProperty(PropertyInfo property) =>
        property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", Declared)
        ?? property.DeclaringType.GetField($"<{property.Name}>i__Field", Declared); // of anonymous types
}
