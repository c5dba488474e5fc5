using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Penstock.Tests.Api;

/// <summary>Writes what an assembly shows to its users, sorted, one member a line.</summary>
internal static class Surface
{
    private const BindingFlags Shown = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (var member in type.GetMembers(Shown).Where(m => IsShown(type, m)).Select(Line).Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsAbstract: true, IsSealed: true } => "static class",
            _ when type.GetMethod("<Clone>$") is not null => type.IsSealed ? "sealed record" : "record",
            _ => type.IsSealed ? "sealed class" : "class",
        };
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = type.IsEnum ? [] : type.GetInterfaces().Where(i => i.IsVisible).Except(inherited).Select(i => i.ToName()).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && !type.IsEnum)
            bases.Insert(0, parent.ToName());
        return $"{kind} {type.Namespace}.{type.ToName()}" + (bases.Count > 0 ? " : " + string.Join(", ", bases) : "");
    }

    // What the compiler writes for records is no decision of ours, nor are accessors.
    private static bool IsShown(Type type, MemberInfo member) => member switch
    {
        _ when member.IsDefined(typeof(CompilerGeneratedAttribute)) && member is not PropertyInfo => false,
        MethodInfo method => IsVisible(method) && !method.IsSpecialName && method.Name is not "Finalize" && (method.Name is not "ToString" || type.GetMethod("<Clone>$") is null),
        ConstructorInfo constructor => IsVisible(constructor) && !type.IsEnum,
        PropertyInfo property => IsVisible(property.GetMethod) && property.Name is not "EqualityContract",
        FieldInfo field => field.IsPublic && !field.IsSpecialName,
        _ => false,
    };

    private static bool IsVisible(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static string Line(MemberInfo member) => member switch
    {
        MethodInfo m => Static(m) + $"{Name(Nullability.Create(m.ReturnParameter))} {m.Name}{TypeParameters(m)}({Parameters(m)})" + Priority(m),
        ConstructorInfo c => $"new({Parameters(c)})",
        PropertyInfo p => Static(p.GetMethod!) + $"{Required(p)}{Name(Nullability.Create(p))} {p.Name} {{ get; {Setter(p)}}}",
        FieldInfo { IsLiteral: true } f => string.Create(CultureInfo.InvariantCulture, $"{f.Name} = {f.GetRawConstantValue()}"),
        _ => member.ToString()!,
    };

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Required(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";

    private static string Setter(PropertyInfo property) =>
        property.SetMethod is not { } setter || !IsVisible(setter) ? ""
        : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ";

    // Which overload wins is part of what a lambda means.
    private static string Priority(MethodInfo method) =>
        method.GetCustomAttribute<OverloadResolutionPriorityAttribute>() is { } p ? string.Create(CultureInfo.InvariantCulture, $"  [priority {p.Priority}]") : "";

    private static string TypeParameters(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(t => t.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{Name(Nullability.Create(p))} {p.Name}" + (p.HasDefaultValue ? $" = {p.DefaultValue ?? (p.ParameterType.IsValueType ? "default" : "null")}" : "")));

    private static string Name(NullabilityInfo info) =>
        info.Type.ToName() + (IsNullableReference(info) ? "?" : "");

    private static bool IsNullableReference(NullabilityInfo info) =>
        info.ReadState == NullabilityState.Nullable && !info.Type.IsValueType && !info.Type.IsGenericParameter;

    private static string ToName(this Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return value.ToName() + "?";
        if (type.IsArray)
            return type.GetElementType()!.ToName() + "[]";
        return type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(ToName))}>" : type.Name;
    }
}
