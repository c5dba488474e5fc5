using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Penstock.Processes;

/// <summary>Finds the methods that prepare a worker. The parent looks, once for each assembly, so that workers need not.</summary>
internal static class SetupMethods
{
    private const string Trimmed = "RunIfRequested, which trimmed applications need, documents that the methods may be gone.";
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly ConcurrentDictionary<Assembly, IReadOnlyList<MethodName>> Found = new();

    /// <summary>Those of the entry assembly, then those of the given ones.</summary>
    /// <exception cref="PipelineDefinitionException">A method is marked that cannot be called.</exception>
    public static MethodName[] Of(IEnumerable<Assembly> assemblies)
    {
        var entry = Assembly.GetEntryAssembly();
        return [.. (entry is null ? assemblies : assemblies.Prepend(entry)).Distinct().SelectMany(a => Found.GetOrAdd(a, Find))];
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Trimmed)]
    private static IReadOnlyList<MethodName> Find(Assembly assembly)
    {
        var core = typeof(PipelineWorkerSetupAttribute).Assembly.GetName().Name;
        if (assembly.IsDynamic || !assembly.GetReferencedAssemblies().Any(r => string.Equals(r.Name, core, StringComparison.Ordinal)))
            return [];
        return [.. Types(assembly).SelectMany(Methods).Where(m => m.IsDefined(typeof(PipelineWorkerSetupAttribute), inherit: false)).Select(Name)];
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Trimmed)]
    private static MethodInfo[] Methods(Type type) => type.GetMethods(Any);

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Trimmed)]
    private static IEnumerable<Type> Types(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            return exception.Types.OfType<Type>(); // an optional dependency is missing; the other types are fine
        }
    }

    private static MethodName Name(MethodInfo method)
    {
        if (!method.IsStatic || method.ContainsGenericParameters || method.GetParameters().Length > 0 || method.ReturnType != typeof(void))
            throw new PipelineDefinitionException($"{method.DeclaringType}.{method.Name} is marked with [PipelineWorkerSetup], so it must be static and have no parameters, type parameters and result.");
        return MethodName.Of(method);
    }
}
