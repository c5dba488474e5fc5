namespace Penstock.Serialization;

/// <summary>How types are called in messages.</summary>
internal static class TypeNames
{
    /// <summary>The name as one would write it: List&lt;Page&gt;, Single[,].</summary>
    public static string Short(Type type)
    {
        if (type.IsArray)
            return $"{Short(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Short(value) + "?";
        var end = type.Name.IndexOf('`', StringComparison.Ordinal);
        return end < 0 ? type.Name : $"{type.Name[..end]}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>";
    }

    public static string WithArticle(Type type)
    {
        var name = Short(type);
        return $"{("AEIOU".Contains(name[0], StringComparison.Ordinal) ? "an" : "a")} {name}";
    }
}
