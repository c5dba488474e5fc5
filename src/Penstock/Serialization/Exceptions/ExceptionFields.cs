using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Penstock.Serialization;

/// <summary>The fields of exceptions. Their names are the runtime's own; if one day they change, exceptions arrive as RemoteException.</summary>
internal static class ExceptionFields
{
    /// <summary>The fields that a type adds to <see cref="Exception"/>, with the number of types below its own that declare them.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Reflection.Intrinsic)]
    public static IEnumerable<(int Level, FieldInfo Field)> Of(Type exceptionType)
    {
        var level = 0;
        for (var type = exceptionType; type is not null && type != typeof(Exception); type = type.BaseType, level++)
        {
            // Tokens and tasks stay where they are, and what an AggregateException holds crosses as its causes.
            if (type == typeof(AggregateException) || type == typeof(OperationCanceledException) || type == typeof(TaskCanceledException))
                continue;
            foreach (var field in type.GetFields(StateFields.Declared))
            {
                if (!field.IsDefined(typeof(NonSerializedAttribute)))
                    yield return (level, field);
            }
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_message")]
    public static extern ref string? Message(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerException")]
    public static extern ref Exception? Inner(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerExceptions")]
    public static extern ref Exception[] Inners(AggregateException exception);
}
