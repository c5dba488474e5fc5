using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using Stage = System.Func<System.Collections.Generic.IEnumerable<int>, System.Collections.Generic.IEnumerable<int>>;

namespace Penstock.Tests.Stages;

/// <summary>Stages, all called Pass, that were made at run time, in every place where code can be.</summary>
internal static class RunTime
{
    public static Stage DynamicMethod()
    {
        var method = new DynamicMethod("Pass", typeof(IEnumerable<int>), [typeof(IEnumerable<int>)]);
        Emit(method.GetILGenerator());
        return method.CreateDelegate<Stage>();
    }

    public static Stage Dynamic(string name)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new(name), AssemblyBuilderAccess.Run);
        return PassOf(Define(assembly).CreateType());
    }

    public static Stage InMemory(string name) => PassOf(new AssemblyLoadContext(name).LoadFromStream(Compile(name)).GetType("Stages")!);

    public static Stage Collectible(string name) => PassOf(new AssemblyLoadContext(name, isCollectible: true).LoadFromStream(Compile(name)).GetType("Stages")!);

    /// <summary>An assembly with a type called Stages.</summary>
    public static MemoryStream Compile(string name)
    {
        var assembly = new PersistedAssemblyBuilder(new(name), typeof(object).Assembly);
        Define(assembly).CreateType();
        var file = new MemoryStream();
        assembly.Save(file);
        file.Position = 0;
        return file;
    }

    private static TypeBuilder Define(AssemblyBuilder assembly)
    {
        var type = assembly.DefineDynamicModule("Stages").DefineType("Stages", TypeAttributes.Public);
        Emit(type.DefineMethod("Pass", MethodAttributes.Public | MethodAttributes.Static, typeof(IEnumerable<int>), [typeof(IEnumerable<int>)]).GetILGenerator());
        return type;
    }

    private static void Emit(ILGenerator generator)
    {
        generator.Emit(OpCodes.Ldarg_0);
        generator.Emit(OpCodes.Ret);
    }

    private static Stage PassOf(Type type) => type.GetMethod("Pass")!.CreateDelegate<Stage>();
}
