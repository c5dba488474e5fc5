using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Penstock.Serialization;

/// <summary>Looks for fields of an object that no written member shows: they would come back empty.</summary>
internal static class StateCheck
{
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Reflection.Intrinsic)]
    public static Complaint? FindLost(JsonTypeInfo contract, string path)
    {
        var shown = contract.Properties
            .Where(p => p.Get is not null && (p.Set is not null || p.AssociatedParameter is not null))
            .SelectMany(p => StateFields.ShownBy((MemberInfo)p.AttributeProvider!, contract.Type))
            .ToHashSet();
        for (var type = contract.Type; type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(StateFields.Declared))
            {
                // The user's word for "not part of the value", such as a cache.
                if (!shown.Contains((type, field.Name)) && !field.IsDefined(typeof(NonSerializedAttribute)))
                    return Explain(field, contract.Type, path);
            }
        }

        return null;
    }

    private static Complaint Explain(FieldInfo field, Type type, string path)
    {
        var where = $"{path}.{StateFields.NameOf(field)}";
        var property = StateFields.PropertyOf(field);
        if (Uncrossable.Find(field.FieldType, where) is { } complaint)
            return property is null ? complaint with { Cure = $"{complaint.Cure}, or mark the field [NonSerialized] if it is no part of the value" } : complaint;
        if (field.DeclaringType!.Namespace?.StartsWith("System", StringComparison.Ordinal) == true)
            return Complaint.About(type, path, "a type that shows only part of its state", "Give the stage what it was made from, such as a text");
        var member = (MemberInfo?)property ?? field;
        if (member.IsDefined(typeof(JsonIgnoreAttribute)))
        {
            return new Complaint(
                where, "is marked [JsonIgnore], so it would be lost", "Let it cross, or mark its field [NonSerialized] if it is no part of the value");
        }

        if (property is { SetMethod: null } || field is { IsPublic: true, IsInitOnly: true })
        {
            // Structs are made without their constructors, unless one is marked.
            return new Complaint(
                where,
                "cannot be set from outside, so it would be lost",
                $"Give it an init accessor, or {(type.IsValueType ? "mark the constructor that takes it [JsonConstructor]" : "the constructor that is used a parameter of its name")}");
        }

        return new Complaint(
            where,
            $"is a {(property is null ? "field" : "property")} that nothing public shows, so it would be lost",
            "Make it a public property, or mark it [JsonInclude], or [NonSerialized] if it is no part of the value");
    }
}
