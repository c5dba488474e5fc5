using System.Diagnostics.CodeAnalysis;

namespace Penstock.Serialization;

/// <summary>
/// Finds types that lead to ever larger ones, such as <c>class Node&lt;T&gt; { Node&lt;List&lt;T&gt;&gt;? Next; }</c>. The serializer would look at
/// them for ever, so this comes before it.
/// </summary>
internal sealed class EndlessTypes
{
    // Each step to a larger type adds a level, and no type that ends has so many.
    private const int MostLevels = 32;

    private readonly HashSet<Type> seen = [];

    public static Complaint? Find(Type type) => new EndlessTypes().Visit(type) is not { } large ? null : new Complaint(
        TypeNames.Short(type),
        $"leads to ever larger types, by way of {TypeNames.Short(large.IsConstructedGenericType ? large.GetGenericTypeDefinition() : large)}",
        "Declare members whose types do not grow from level to level");

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Reflection.Intrinsic)]
    private Type? Visit(Type type)
    {
        if (type.IsPrimitive || !seen.Add(type))
            return null;
        if (LevelsOf(type) > MostLevels)
            return type;

        // What the class library keeps inside does not grow, and is not written.
        var isOfUser = type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true;
        IEnumerable<Type> below = PartsOf(type);
        for (var declaring = type; isOfUser && declaring is not null && declaring != typeof(object); declaring = declaring.BaseType)
        {
            below = below.Concat(declaring.GetFields(StateFields.Declared).Select(f => f.FieldType))
                .Concat(declaring.GetProperties(StateFields.Declared).Select(p => p.PropertyType));
        }

        return below.Select(Visit).FirstOrDefault(found => found is not null);
    }

    private static int LevelsOf(Type type) => PartsOf(type).Select(LevelsOf).DefaultIfEmpty().Max() + 1;

    private static Type[] PartsOf(Type type) => type.HasElementType ? [type.GetElementType()!] : type.GetGenericArguments();
}
