using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Penstock.Serialization;

/// <summary>The collections that cross, by <see cref="CollectionMakers"/>.</summary>
internal static class Collections
{
    private static readonly Dictionary<Type, MethodInfo> Makers = typeof(CollectionMakers)
        .GetMethods(BindingFlags.Static | BindingFlags.Public)
        .ToDictionary(maker => maker.ReturnType.GetGenericTypeDefinition());

    /// <summary>The type of what the collection holds, and the function that makes the collection from an array of those; or null.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    public static (Type Element, Delegate Make)? Find(Type type)
    {
        if (!type.IsGenericType || !Makers.TryGetValue(type.GetGenericTypeDefinition(), out var open))
            return null;
        var maker = open.MakeGenericMethod(type.GetGenericArguments());
        var items = maker.GetParameters()[0].ParameterType;
        return (items.GetElementType()!, maker.CreateDelegate(typeof(Func<,>).MakeGenericType(items, type)));
    }
}
