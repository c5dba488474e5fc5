using System.Diagnostics.CodeAnalysis;

namespace Penstock.Serialization;

/// <summary>A worker process makes the user's serializer for itself, from its type alone.</summary>
internal static class SerializerCheck
{
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Reflection.Intrinsic)]
    public static void Require(IItemSerializer serializer)
    {
        var type = serializer.GetType();
        var problem =
            type.Assembly.IsDynamic ? "exists in this process only"
            : !type.IsVisible ? "is not public"
            : !type.IsValueType && type.GetConstructor(Type.EmptyTypes) is null ? "has no public constructor without parameters"
            : null;
        if (problem is not null)
        {
            throw new PipelineDefinitionException(
                $"RunOptions.Serializer is a {TypeNames.Short(type)}, which a worker process cannot make for itself: it {problem}. Give a public class "
                + "whose constructor takes nothing, such as: public sealed class MySerializer() : JsonItemSerializer(MyContext.Default);");
        }
    }
}
