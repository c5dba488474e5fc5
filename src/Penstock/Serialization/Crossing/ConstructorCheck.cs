using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Penstock.Serialization;

/// <summary>Objects are made anew by a constructor, from what their members said.</summary>
internal static class ConstructorCheck
{
    public static Complaint? Find(JsonTypeInfo contract, string path)
    {
        if (contract.CreateObject is not null)
            return null;
        var name = TypeNames.Short(contract.Type);
        if (contract.ConstructorAttributeProvider is not ConstructorInfo constructor)
        {
            return new Complaint(
                path,
                $"cannot be made anew: {name} has no constructor to choose",
                "Give it a single public constructor, or one without parameters, or mark one with [JsonConstructor]");
        }

        foreach (var parameter in constructor.GetParameters())
        {
            if (!contract.Properties.Any(p => p.Get is not null && string.Equals(p.AssociatedParameter?.Name, parameter.Name, StringComparison.Ordinal)))
            {
                return new Complaint(
                    path,
                    $"cannot be made anew: the parameter '{parameter.Name}' of {name}'s constructor belongs to no property",
                    "Give both the same name and type, or mark another constructor with [JsonConstructor]");
            }
        }

        return null;
    }
}
