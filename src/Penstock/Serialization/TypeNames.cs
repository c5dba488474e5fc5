using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Penstock.Serialization;

/// <summary>How types are called, in messages and between processes.</summary>
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

    /// <summary>The type of an assembly-qualified name, wherever the application loaded it from; or null.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = Reflection.Intrinsic)]
    public static Type? Resolve(string assemblyQualifiedName)
    {
        try
        {
            return Type.GetType(assemblyQualifiedName, FindAssembly, typeResolver: null, throwOnError: false);
        }
        catch (Exception e) when (e is ArgumentException or TypeLoadException or IOException or BadImageFormatException)
        {
            return null;
        }
    }

    // What is made at run time has a name that says nothing elsewhere.
    private static Assembly? FindAssembly(AssemblyName name) =>
        Array.Find(AppDomain.CurrentDomain.GetAssemblies(), a => !a.IsDynamic && AssemblyName.ReferenceMatchesDefinition(a.GetName(), name))
        ?? Assembly.Load(name);
}
