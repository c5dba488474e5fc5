using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Penstock.Stages.Crossing;

/// <summary>Finds the methods, types and modules that an <see cref="IdentityWriter"/> of another process of the same build has written.</summary>
internal sealed class IdentityReader(BinaryReader reader)
{
    public const string SameFiles = "The other process runs untrimmed, with a JIT, and found all of this in the files that this process loads.";

    private readonly List<Module> known = [];

    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = SameFiles)]
    public Delegate ReadFunction()
    {
        var method = ReadMethod();
        var type = ReadType();
        return method.IsStatic
            ? method.CreateDelegate(type)
            : method.CreateDelegate(type, RuntimeHelpers.GetUninitializedObject(method.DeclaringType!)); // an empty closure
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = SameFiles)]
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = SameFiles)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = SameFiles)]
    public MethodInfo ReadMethod()
    {
        var type = ReadType();
        var token = reader.ReadInt32();
        var name = reader.ReadString();
        var arguments = ReadTypes();
        MethodBase definition;
        try
        {
            definition = type.Module.ResolveMethod(token)!;
        }
        catch (ArgumentException)
        {
            throw Missing($"method {type}.{name}", type.Assembly);
        }

        var method = (MethodInfo)MethodBase.GetMethodFromHandle(definition.MethodHandle, type.TypeHandle)!;
        return arguments.Length == 0 ? method : method.MakeGenericMethod(arguments);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = SameFiles)]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = SameFiles)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = SameFiles)]
    public Type ReadType()
    {
        switch ((TypeForm)reader.ReadByte())
        {
            case TypeForm.Array:
                var rank = reader.ReadInt32();
                var element = ReadType();
                return rank == 0 ? element.MakeArrayType() : element.MakeArrayType(rank);
            case TypeForm.Pointer:
                return ReadType().MakePointerType();
            case TypeForm.Generic:
                var definition = ReadType();
                return definition.MakeGenericType(ReadTypes());
            default:
                var assembly = ReadModule().Assembly;
                var name = reader.ReadString();
                return assembly.GetType(name) ?? throw Missing($"type {name}", assembly);
        }
    }

    private Type[] ReadTypes()
    {
        var types = new Type[reader.ReadInt32()];
        for (var i = 0; i < types.Length; i++)
            types[i] = ReadType();
        return types;
    }

    private Module ReadModule()
    {
        var index = reader.ReadInt32();
        if (index < known.Count)
            return known[index];

        var (name, location, version) = (reader.ReadString(), reader.ReadString(), new Guid(reader.ReadBytes(16)));
        var module = Find(name, location, version);
        if (module.ModuleVersionId != version)
        {
            throw new InvalidOperationException(
                $"Assembly '{name}' is not the one of the process that describes the pipeline: version {version} of its module there, "
                + $"{module.ModuleVersionId} here. The file '{location}' was replaced while the application ran: start the application again.");
        }

        known.Add(module);
        return module;
    }

    // A test host or a plug-in system may have loaded it before, from somewhere else or more than once.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = SameFiles)]
    private static Module Find(string name, string location, Guid version)
    {
        Module? other = null;
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (!string.Equals(assembly.FullName, name, StringComparison.Ordinal))
                continue;
            if (assembly.ManifestModule.ModuleVersionId == version)
                return assembly.ManifestModule;
            other ??= assembly.ManifestModule;
        }

        return other ?? AssemblyLoadContext.Default.LoadFromAssemblyPath(location).ManifestModule;
    }

    private static InvalidOperationException Missing(string what, Assembly assembly) =>
        new($"The {what} is not in the file of assembly '{assembly.GetName().Name}': it was added while the application ran (by hot reload?). Start the application again.");
}
