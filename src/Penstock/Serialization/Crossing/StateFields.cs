using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Penstock.Serialization;

/// <summary>The fields that hold an object's state, and the members that show them.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Reflection.Intrinsic)]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Reflection.Intrinsic)]
[UnconditionalSuppressMessage("Trimming", "IL2080", Justification = Reflection.Intrinsic)]
internal static class StateFields
{
    public const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The name that the user gave: that of the property, where the compiler named the field.</summary>
    public static string NameOf(FieldInfo field) => NameOf(field.Name);

    public static string NameOf(string field) =>
        field.StartsWith('<') && field.IndexOf('>', StringComparison.Ordinal) is > 1 and var end ? field[1..end] : field;

    /// <summary>The property that the compiler made the field for.</summary>
    public static PropertyInfo? PropertyOf(FieldInfo field) =>
        field.Name.StartsWith('<') ? field.DeclaringType!.GetProperty(NameOf(field), Declared) : null;

    /// <summary>The fields, by type and name, that a member writes and restores.</summary>
    public static IEnumerable<(Type Type, string Name)> ShownBy(MemberInfo member, Type type)
    {
        if (member is not PropertyInfo property)
            return [(member.DeclaringType!, member.Name)];
        var getter = property.GetMethod!;
        var setters = property.SetMethod is { } setter ? [setter] : (MethodBase[])property.DeclaringType!.GetConstructors(Declared);
        var byHand = FieldUse.LoadedBy(getter).Intersect(setters.SelectMany(FieldUse.StoredBy))
            .Where(field => MayHold(property.PropertyType, field.Type.GetField(field.Name, Declared)!.FieldType));
        return Overridden(property, type).SelectMany(AutoFields).Concat(byHand);
    }

    // A number that is read off an array, such as its length, is set by making another array: what was in that is lost.
    private static bool MayHold(Type shown, Type held) => !Unmanaged.Is(Nullable.GetUnderlyingType(shown) ?? shown) || Unmanaged.Is(Nullable.GetUnderlyingType(held) ?? held);

    private static IEnumerable<(Type Type, string Name)> AutoFields(PropertyInfo property) =>
    [
        (property.DeclaringType!, $"<{property.Name}>k__BackingField"),
        (property.DeclaringType!, $"<{property.Name}>i__Field"), // of anonymous types
    ];

    // A virtual property has a field in each type that declares it anew, of which the last one is in use.
    private static IEnumerable<PropertyInfo> Overridden(PropertyInfo property, Type? type)
    {
        var root = property.GetMethod!.GetBaseDefinition();
        for (; type is not null; type = type.BaseType)
        {
            if (type.GetProperty(property.Name, Declared) is { GetMethod: { } getter } declared && getter.GetBaseDefinition() == root)
                yield return declared;
        }
    }
}
