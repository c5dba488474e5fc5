using System.Diagnostics.CodeAnalysis;

namespace Penstock.Serialization;

/// <summary>
/// Finds types that lead to ever larger ones, such as <c>class Node&lt;T&gt; { Node&lt;List&lt;T&gt;&gt;? Next; }</c>. The serializer would look at
/// them for ever, so this comes before it.
/// </summary>
internal sealed class EndlessTypes
{
    // Each step to a larger type adds a level, and no type that ends has so many. Many more the runtime could not load.
    private const int MostLevels = 20;

    private readonly HashSet<Type> seen = [];
    private readonly Dictionary<Type, int> levels = [];

    public static Complaint? Find(Type type) => new EndlessTypes().Visit(type) is not { } large ? null : new Complaint(
        TypeNames.Short(type),
        $"leads to ever larger types, by way of {TypeNames.Short(large.IsConstructedGenericType ? large.GetGenericTypeDefinition() : large)}",
        "Declare members whose types do not grow from level to level");

    private Type? Visit(Type type)
    {
        if (type.IsPrimitive || !seen.Add(type))
            return null;
        return LevelsOf(type) > MostLevels ? type : Below(type).Select(Visit).FirstOrDefault(found => found is not null);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Reflection.Intrinsic)]
    private static IEnumerable<Type> Below(Type type)
    {
        // What the class library keeps inside does not grow, and is not written.
        var isOfUser = type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true;
        IEnumerable<Type> below = PartsOf(type);
        for (var declaring = type; isOfUser && declaring is not null && declaring != typeof(object); declaring = declaring.BaseType)
        {
            below = below.Concat(declaring.GetFields(StateFields.Declared).Select(f => f.FieldType))
                .Concat(declaring.GetProperties(StateFields.Declared).Select(p => p.PropertyType));
        }

        return below;
    }

    // Remembered: the parts of a type may be the same one, again and again.
    private int LevelsOf(Type type)
    {
        if (!levels.TryGetValue(type, out var known))
            levels[type] = known = PartsOf(type).Select(LevelsOf).DefaultIfEmpty().Max() + 1;
        return known;
    }

    private static Type[] PartsOf(Type type) => type.HasElementType ? [type.GetElementType()!] : type.GetGenericArguments();
}
