using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Penstock.Stages.Crossing;

/// <summary>
/// Writes which method, type or module is meant, for a process with the same files. A method has no name that is unique, so it is
/// found by its token in the metadata; the version of its module, which each build makes anew, says that the token means the same there.
/// </summary>
internal sealed class IdentityWriter(BinaryWriter writer)
{
    private readonly List<Module> known = [];

    /// <summary>The modules of everything written so far.</summary>
    public IReadOnlyList<Module> Modules => known;

    /// <summary>The modules in which a function is found.</summary>
    public static IReadOnlyList<Module> ModulesOf(Delegate function)
    {
        var identities = new IdentityWriter(new BinaryWriter(Stream.Null));
        identities.Write(function);
        return identities.Modules;
    }

    public void Write(Delegate function)
    {
        Write(function.Method);
        Write(function.GetType());
    }

    public void Write(MethodInfo method)
    {
        Write(method.DeclaringType!);
        writer.Write(method.MetadataToken);
        writer.Write(method.Name); // for errors
        Write(method.GetGenericArguments());
    }

    public void Write(Type type)
    {
        if (type.IsArray)
        {
            writer.Write((byte)TypeForm.Array);
            writer.Write(type.IsSZArray ? 0 : type.GetArrayRank());
            Write(type.GetElementType()!);
        }
        else if (type.IsPointer)
        {
            writer.Write((byte)TypeForm.Pointer);
            Write(type.GetElementType()!);
        }
        else if (type.IsConstructedGenericType)
        {
            writer.Write((byte)TypeForm.Generic);
            Write(type.GetGenericTypeDefinition());
            Write(type.GetGenericArguments());
        }
        else
        {
            writer.Write((byte)TypeForm.Named);
            Write(type.Module);
            writer.Write(type.FullName!);
        }
    }

    private void Write(Type[] types)
    {
        writer.Write(types.Length);
        foreach (var type in types)
            Write(type);
    }

    // The first time in full, then by its number.
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Modules without a file are refused before a run starts.")]
    private void Write(Module module)
    {
        var index = known.IndexOf(module);
        writer.Write(index < 0 ? known.Count : index);
        if (index >= 0)
            return;
        known.Add(module);
        writer.Write(module.Assembly.FullName!);
        writer.Write(module.Assembly.Location);
        writer.Write(module.ModuleVersionId.ToByteArray());
    }
}
