using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Penstock.Serialization;

/// <summary>A collection made anew compares by default: one with a comparer of its own would find other things after it crossed.</summary>
internal static class Comparers
{
    // A read-only view keeps the collection that compares in one of the last two.
    private static readonly string[] Names = ["Comparer", "KeyComparer", "ValueComparer", "Dictionary", "Set"];

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Known = new();

    public static void RequireDefault(object collection)
    {
        foreach (var property in Known.GetOrAdd(collection.GetType(), Find))
        {
            if (property.GetValue(collection) is not { } comparer)
                continue;
            if (!IsComparer(property))
                RequireDefault(comparer);
            else if (!IsDefault(comparer, property.PropertyType))
            {
                throw new NotWholeException(
                    $"{TypeNames.WithArticle(collection.GetType())} with a comparer of its own, {TypeNames.Short(comparer.GetType())}, which would be lost: "
                    + "make the collection with the default comparer, or in the stage that needs it");
            }
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Reflection.Intrinsic)]
    private static PropertyInfo[] Find(Type type) => Array.FindAll(
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic),
        property => Names.Contains(property.Name, StringComparer.Ordinal) && property.GetIndexParameters().Length == 0
            && (!IsComparer(property) || HasDefault(property.PropertyType)));

    private static bool IsComparer(PropertyInfo property) => property.Name.EndsWith("Comparer", StringComparison.Ordinal);

    // A collection of the user's may call something else so, such as a StringComparer.
    private static bool HasDefault(Type type) =>
        type.IsConstructedGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(IEqualityComparer<>) || open == typeof(IComparer<>));

    // The default comparers of a type are equal to each other. Strings are equal by their characters unless one says otherwise.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    private static bool IsDefault(object comparer, Type declared)
    {
        var open = declared.GetGenericTypeDefinition() == typeof(IEqualityComparer<>) ? typeof(EqualityComparer<>) : typeof(Comparer<>);
        var byDefault = open.MakeGenericType(declared.GetGenericArguments()).GetProperty("Default")!.GetValue(null);
        return comparer.Equals(byDefault) || (open == typeof(EqualityComparer<>) && comparer.Equals(StringComparer.Ordinal));
    }
}
