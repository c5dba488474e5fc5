using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Penstock.Processes;

/// <summary>A static, non-generic method, as it is called from one process to another.</summary>
/// <param name="Type">The name of its type: assembly-qualified, which takes long to read, unless it is one of ours.</param>
/// <param name="Method">Its name, unique in the type for its signature.</param>
internal readonly record struct MethodName(string Type, string Method)
{
    private const string Preserved = "Only methods that the parent process has as delegates or found by reflection are named: the same files hold them here.";

    public static MethodName Of(MethodInfo method)
    {
        if (!method.IsStatic || method.IsGenericMethod || method.DeclaringType is not { IsGenericType: false, FullName: { } name, AssemblyQualifiedName: { } qualified } type)
            throw new ArgumentException($"{method.DeclaringType}.{method.Name} must be a static method without type parameters.", nameof(method));
        return new(type.Assembly == typeof(MethodName).Assembly ? name : qualified, method.Name);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Preserved)]
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = Preserved)]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Preserved)]
    public T Bind<T>()
        where T : Delegate
    {
        var type = System.Type.GetType(Type, throwOnError: true)!;
        return (T)Delegate.CreateDelegate(typeof(T), type, Method);
    }
}
