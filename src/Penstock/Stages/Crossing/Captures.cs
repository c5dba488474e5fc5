using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Penstock.Stages.Crossing;

/// <summary>
/// The variables that a lambda or local function captures, for errors. A closure also holds what other lambdas of the scope
/// capture, so the instructions of this one are searched for the fields' tokens, and those of all it leads to.
/// </summary>
internal sealed class Captures
{
    public const string This = "this";

    private readonly List<FieldInfo> fields = [];
    private readonly HashSet<FieldInfo> used = [];
    private readonly HashSet<MethodInfo> seen = [];
    private readonly MethodInfo[] methods;

    private Captures(Type closure)
    {
        methods = [.. Closure.MethodsAround(closure)];
        Add(closure);
    }

    /// <summary>The names of the variables, in the order of the scope.</summary>
    /// <param name="method">A method of a closure.</param>
    public static IReadOnlyList<string> Of(MethodInfo method)
    {
        var captures = new Captures(method.DeclaringType!);
        captures.Search(method);

        // Generic closures are named in other ways than by their tokens: then all it can be.
        var found = captures.used.Count > 0 ? captures.fields.Where(captures.used.Contains) : captures.fields;
        return [.. found.Select(NameOf)];
    }

    // The range variables of a query travel in one object without a name.
    private static string NameOf(FieldInfo field) => Closure.IsThis(field) ? This : field.Name[0] == '<' ? "query" : field.Name;

    private void Add(Type closure)
    {
        foreach (var field in Closure.FieldsOf(closure))
        {
            if (Closure.IsOuter(field))
                Add(field.FieldType);
            else if (Closure.IsVariable(field))
                fields.Add(field);
        }
    }

    private void Search(MethodInfo method)
    {
        if (!seen.Add(method))
            return;
        var instructions = InstructionsOf(method);
        used.UnionWith(fields.Where(f => Mentions(instructions, f)));
        foreach (var next in methods.Where(m => Mentions(instructions, m)))
            Search(next);

        // A generator's own method only makes the state machine.
        if (method.GetCustomAttribute<StateMachineAttribute>() is { } machine)
            Search(Closure.MethodsOf(machine.StateMachineType).First(m => m.Name is "MoveNext"));
    }

    private static bool Mentions(byte[] instructions, MemberInfo member) =>
        instructions.AsSpan().IndexOf(BitConverter.GetBytes(member.MetadataToken)) >= 0;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = IdentityReader.SameFiles)]
    private static byte[] InstructionsOf(MethodInfo method) => method.GetMethodBody()?.GetILAsByteArray() ?? [];
}
