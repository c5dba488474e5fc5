using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;

namespace Penstock.Processes;

/// <summary>
/// Where the parent process had its assemblies from. The runtime finds most of them by itself, in the same places; not those that
/// a plug-in system or a test host has loaded from somewhere else.
/// </summary>
internal sealed class AssemblyLocations
{
    private readonly IReadOnlyList<string> paths;

    private AssemblyLocations(IReadOnlyList<string> paths) => this.paths = paths;

    /// <summary>In the parent: the files of these assemblies. Those in memory or inside a single file have none.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty location is handled.")]
    public static IReadOnlyList<string> Of(IEnumerable<Assembly> assemblies) =>
        [.. assemblies.Where(a => !a.IsDynamic).Select(a => a.Location).Where(path => path.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <summary>In the worker: helps the runtime with names it cannot find.</summary>
    public static void Use(IReadOnlyList<string> paths) => AssemblyLoadContext.Default.Resolving += new AssemblyLocations(paths).Find;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The parent process runs with these very files.")]
    private Assembly? Find(AssemblyLoadContext context, AssemblyName name)
    {
        var file = name.Name + ".dll";
        foreach (var path in paths)
        {
            if (string.Equals(Path.GetFileName(path), file, StringComparison.OrdinalIgnoreCase) && File.Exists(path))
                return context.LoadFromAssemblyPath(path);
        }

        // What they depend on lies beside them.
        foreach (var path in paths)
        {
            if (Path.Combine(Path.GetDirectoryName(path)!, file) is var neighbour && File.Exists(neighbour))
                return context.LoadFromAssemblyPath(neighbour);
        }

        return null;
    }
}
