using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Penstock.Stages.Crossing;

/// <summary>What keeps a function from being found again in another process.</summary>
internal static class Obstacles
{
    /// <summary>What is in the way and the cure; null if nothing is.</summary>
    /// <param name="recipe">The recipe of a body or an operator, without others appended.</param>
    /// <param name="isSource">Whether it is the recipe of a source.</param>
    public static string? Find(Recipe recipe, bool isSource) =>
        OfDelegate(recipe.Function)
        ?? OfMethod(recipe.Function, captured => OfCaptures(recipe, isSource, captured))
        ?? recipe.Modules().Select(OfAssembly).FirstOrDefault(complaint => complaint is not null);

    /// <summary>The same for a function that is called with nothing but an item.</summary>
    public static string? FindInSizeOf(Delegate function) =>
        OfDelegate(function)
        ?? OfMethod(function, captured => $"captures {Sentence(captured)}: let it look at nothing but the item")
        ?? IdentityWriter.ModulesOf(function).Select(OfAssembly).FirstOrDefault(complaint => complaint is not null);

    private static string? OfDelegate(Delegate function)
    {
        if (!function.HasSingleTarget)
            return $"is combined from {function.GetInvocationList().Length} functions: call them one after the other in a static method";
        if (function.Method.DeclaringType is null)
            return "was compiled at run time, so it exists in this process alone: write it as a static method";
        return null;
    }

    private static string? OfMethod(Delegate function, Func<IReadOnlyList<string>, string> ofCaptures)
    {
        var method = function.Method;
        var type = method.DeclaringType!;
        if (method.IsStatic)
        {
            var parameters = method.GetParameters();
            return parameters.Length > Invoke(function.GetType()).GetParameters().Length // an extension method, of null perhaps
                ? $"is bound to its first argument, of type {parameters[0].ParameterType.Name}: let it take that behind the items, and pass it as the argument"
                : null;
        }

        if (Closure.IsEmpty(type))
            return null;
        if (Closure.Is(type))
            return ofCaptures(Captures.Of(method));
        return method.Name[0] == '<'
            ? ofCaptures([Captures.This])
            : $"is an instance method of {type.Name}: make it static and pass what it needs as the argument";
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A delegate always has it.")]
    private static MethodInfo Invoke(Type type) => type.GetMethod("Invoke")!;

    private static string OfCaptures(Recipe recipe, bool isSource, IReadOnlyList<string> names)
    {
        var captures = "captures " + Sentence(names);
        if (names.Contains(Captures.This, StringComparer.Ordinal))
            return $"{captures}: make it static and pass what it needs as the argument";

        IReadOnlyList<string> values = recipe.ArgumentType is null ? names : ["argument", .. names];
        var (parameter, value) = values.Count == 1 ? (values[0], values[0]) : ("argument", $"({string.Join(", ", values)})");
        var name = recipe.IsItemWise ? null : StageName.Of(recipe.Function);
        var function = name ?? (isSource ? $"{parameter} => …" : $"(items, {parameter}) => …");
        var call = $"{(isSource ? "Pipeline.From" : ".Then")}({function}, {value})";
        if (recipe.IsItemWise)
            return $"{captures}, and takes no argument: use a stage that does: {call}";
        var how = recipe.ArgumentType is null ? "as" : "with";
        return $"{captures}: pass {(names.Count == 1 ? "it" : "them")} {how} the argument: {call}";
    }

    private static string Sentence(IReadOnlyList<string> names)
    {
        var quoted = names.Select(name => $"'{name}'").ToArray();
        return quoted.Length == 1 ? quoted[0] : $"{string.Join(", ", quoted[..^1])} and {quoted[^1]}";
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "This is where an empty location is found.")]
    private static string? OfAssembly(Module module)
    {
        var assembly = module.Assembly;
        var name = assembly.GetName().Name;
        if (assembly.IsDynamic)
            return $"needs assembly '{name}', which was made at run time and exists in this process alone: compile it to a file";
        if (assembly.IsCollectible)
            return $"needs assembly '{name}', which may be unloaded at any time: load it into a context that is not collectible";
        if (assembly.Location.Length == 0)
        {
            return $"needs assembly '{name}', which another process cannot load since it was not loaded from a file: "
                + "load it from its path; publish without PublishSingleFile";
        }

        return null;
    }
}
