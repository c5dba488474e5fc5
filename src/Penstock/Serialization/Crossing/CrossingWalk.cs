using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Penstock.Serialization;

/// <summary>Walks a type the way its values are written, and looks for what would be lost.</summary>
internal sealed class CrossingWalk
{
    private static readonly HashSet<Type> Whole =
    [
        typeof(string), typeof(BigInteger), typeof(Uri), typeof(Version), typeof(JsonElement), typeof(JsonDocument),
        typeof(JsonNode), typeof(JsonObject), typeof(JsonArray), typeof(JsonValue),
    ];

    private readonly HashSet<Type> seen = [];

    public Complaint? Visit(Type type, string path)
    {
        if (!seen.Add(type))
            return null;
        if (Uncrossable.Find(type, path) is { } complaint)
            return complaint;
        if (Unmanaged.Is(type))
            return VisitFields(type, path);
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Visit(value, path);
        if (Whole.Contains(type) || typeof(Exception).IsAssignableFrom(type) || type.IsDefined(typeof(JsonConverterAttribute), inherit: false))
            return null;
        return ElementOf(type) is { } element ? Visit(element, path + "[]") : VisitByContract(type, path);
    }

    // Raw values cross bit for bit, but an address means nothing elsewhere.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Reflection.Intrinsic)]
    private Complaint? VisitFields(Type type, string path)
    {
        foreach (var field in type.IsPrimitive || type.IsEnum ? [] : type.GetFields(StateFields.Declared))
        {
            if (Visit(field.FieldType, $"{path}.{StateFields.NameOf(field)}") is { } complaint)
                return complaint;
        }

        return null;
    }

    private static Type? ElementOf(Type type)
    {
        if (type.IsArray)
            return type.GetElementType() is { } element && (type.IsSZArray || Unmanaged.Is(element)) ? element : null;
        if (!type.IsGenericType)
            return null;
        var open = type.GetGenericTypeDefinition();
        return open == typeof(Memory<>) || open == typeof(ReadOnlyMemory<>) ? type.GetGenericArguments()[0] : Collections.Find(type)?.Element;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    private Complaint? VisitByContract(Type type, string path)
    {
        if (type.IsArray)
            return Complaint.About(type, path, "an array of objects in several dimensions", "Use an array of arrays");
        JsonTypeInfo contract;
        try
        {
            contract = GraphOptions.Default.GetTypeInfo(type);
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException or ArgumentException)
        {
            // The serializer looks at all types below at once: the culprit may be one of them.
            return VisitFields(type, path) ?? new Complaint(
                path, $"cannot be written as JSON: {e.Message.TrimEnd('.')}", "Mark that property [JsonIgnore] if others say what it says");
        }

        return contract.Kind switch
        {
            JsonTypeInfoKind.Object => VisitDerived(contract, path) ?? VisitObject(contract, path),
            JsonTypeInfoKind.None when contract.Converter.GetType().Assembly != typeof(JsonSerializer).Assembly => null,
            JsonTypeInfoKind.None => Complaint.About(type, path, "nothing that JSON can hold", "Give the stage the data in it"),
            _ => Complaint.About(type, path, "a collection of its own kind", "Use a common collection, such as an array or a List, or give the type a [JsonConverter]"),
        };
    }

    private Complaint? VisitDerived(JsonTypeInfo contract, string path)
    {
        foreach (var derived in contract.PolymorphismOptions?.DerivedTypes ?? [])
        {
            var name = TypeNames.Short(derived.DerivedType);
            if (derived.TypeDiscriminator is null && derived.DerivedType != contract.Type)
            {
                return new Complaint(
                    path, $"would come back without what {name} adds, since its [JsonDerivedType] has no name for it", $"Add one: [JsonDerivedType(typeof({name}), \"…\")]");
            }

            if (Visit(derived.DerivedType, $"({path} as {name})") is { } complaint)
                return complaint;
        }

        return null;
    }

    private Complaint? VisitObject(JsonTypeInfo contract, string path)
    {
        if (contract.Type.IsAbstract)
        {
            if (contract.PolymorphismOptions is not null)
                return null;
            var name = TypeNames.Short(contract.Type);
            return Complaint.About(
                contract.Type,
                path,
                contract.Type.IsInterface ? "an interface" : "an abstract class",
                $"Add [JsonDerivedType(typeof(…), \"…\")] to {name} for each type that it may be, or declare the one that it is");
        }

        var complaint = StateCheck.FindLost(contract, path) ?? ConstructorCheck.Find(contract, path);
        if (complaint is not null)
            return complaint;
        foreach (var property in contract.Properties)
        {
            if (property is { Get: not null, CustomConverter: null, AttributeProvider: MemberInfo member }
                && Visit(property.PropertyType, $"{path}.{member.Name}") is { } inner)
            {
                return inner;
            }
        }

        return null;
    }
}
