using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Penstock.Stages.Crossing;

/// <summary>A class that the compiler makes for the variables that lambdas and local functions of one scope capture.</summary>
internal static class Closure
{
    /// <summary>The closure of lambdas that capture nothing: any instance is as good as the other.</summary>
    public static bool IsEmpty(Type type) => Is(type) && FieldsOf(type).Length == 0;

    public static bool Is(Type type) => type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    public static bool IsOuter(FieldInfo field) => field.Name.StartsWith("CS$<>8__locals", StringComparison.Ordinal);

    public static bool IsThis(FieldInfo field) => field.Name.EndsWith("__this", StringComparison.Ordinal);

    /// <summary>Whether the field holds something of the source: not a closure, and not a delegate that the compiler keeps for later.</summary>
    public static bool IsVariable(FieldInfo field) => !IsOuter(field) && !field.Name.StartsWith("<>9", StringComparison.Ordinal);

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = IdentityReader.SameFiles)]
    public static FieldInfo[] FieldsOf(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = IdentityReader.SameFiles)]
    public static MethodInfo[] MethodsOf(Type type) =>
        type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);

    /// <summary>The lambdas and local functions of the type that a closure belongs to: those that one of them may lead to.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = IdentityReader.SameFiles)]
    public static IEnumerable<MethodInfo> MethodsAround(Type closure)
    {
        var owner = closure.DeclaringType;
        if (owner is null)
            return MethodsOf(closure);
        var ofClosures = owner.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(Is).SelectMany(MethodsOf);
        return MethodsOf(owner).Concat(ofClosures).Where(m => m.Name[0] == '<');
    }
}
