using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Penstock.Serialization;

/// <summary>Makes the serializer write objects whole: it skips nothing for brevity, and refuses an object that is more than declared.</summary>
internal static class WholeObjects
{
    public static void Apply(JsonTypeInfo type)
    {
        if (type.Kind == JsonTypeInfoKind.None)
            return;
        if (type.Type is { IsValueType: false, IsSealed: false } or { IsArray: true })
            RefuseOthers(type);
        if (type.Kind != JsonTypeInfoKind.Object)
            return;

        type.NumberHandling = null;
        type.PreferredPropertyObjectCreationHandling = null;
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (CannotBeSet(type.Properties[i]))
                type.Properties.RemoveAt(i);
            else
                WriteAlways(type.Properties[i]);
        }
    }

    // A derived object, or an array of them, would be written as its base: what it adds would be lost.
    private static void RefuseOthers(JsonTypeInfo type)
    {
        var declared = type.Type;
        var next = type.OnSerializing;
        type.OnSerializing = item =>
        {
            if (item.GetType() != declared)
                throw NotWholeException.Derived(item.GetType(), declared);
            next?.Invoke(item);
        };
    }

    // What a getter works out from the rest is no state. If it does hold some, the type is refused when it is checked.
    private static bool CannotBeSet(JsonPropertyInfo property) =>
        property is { Get: not null, Set: null, AssociatedParameter: null }
        && property.AttributeProvider is not PropertyInfo { SetMethod: not null };

    private static void WriteAlways(JsonPropertyInfo property)
    {
        if (property.Get is null)
            return; // ignored by its attribute: refused when the type is checked
        property.ShouldSerialize = null;
        property.NumberHandling = null;
        property.ObjectCreationHandling = null;
        property.IsExtensionData = false;
        if (property is { Set: null, AssociatedParameter: null, AttributeProvider: PropertyInfo { SetMethod: { } setter } })
            property.Set = (target, value) => setter.Invoke(target, BindingFlags.DoNotWrapExceptions, binder: null, [value], culture: null);
    }
}
