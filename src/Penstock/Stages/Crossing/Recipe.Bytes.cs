using System.Reflection;

namespace Penstock.Stages.Crossing;

/// <content>
/// Recipes as bytes: the layout's version, the number of steps, and of each the function's method and type, the factory, and the
/// argument if the factory takes one. The first step makes a body, or an operator that is the body; the others are appended operators.
/// </content>
internal sealed partial class Recipe
{
    private const byte Layout = 1;

    /// <summary>The modules that the other process must find again.</summary>
    public IReadOnlyList<Module> Modules()
    {
        var identities = new IdentityWriter(new BinaryWriter(Stream.Null));
        for (var step = this; step is not null; step = step.before)
            step.Write(identities);
        return identities.Modules;
    }

    /// <summary>Writes the recipe for another process. What cannot be found again there is refused before a run starts: see <see cref="IsolationChecks"/>.</summary>
    /// <param name="writer">Where the recipe goes.</param>
    /// <param name="codec">Takes the argument.</param>
    public void Write(BinaryWriter writer, IValueCodec codec)
    {
        var steps = new Stack<Recipe>();
        for (var step = this; step is not null; step = step.before)
            steps.Push(step);

        writer.Write(Layout);
        writer.Write(steps.Count);
        var identities = new IdentityWriter(writer);
        foreach (var step in steps)
        {
            step.Write(identities);
            if (step.ArgumentType is { } type)
                codec.Write(type, step.argument);
        }
    }

    /// <summary>Makes the body that a recipe describes.</summary>
    /// <param name="reader">What <see cref="Write(BinaryWriter, IValueCodec)"/> has written, in this process or another.</param>
    /// <param name="codec">Brings the argument.</param>
    /// <exception cref="InvalidOperationException">An assembly is not the one of the process that wrote the recipe.</exception>
    public static Body Read(BinaryReader reader, IValueCodec codec)
    {
        if (reader.ReadByte() is var layout && layout != Layout)
            throw new InvalidOperationException($"A recipe of layout {layout} was written by another version of Penstock; this one reads layout {Layout}.");
        var steps = reader.ReadInt32();
        var identities = new IdentityReader(reader);
        Body? body = null;
        for (var i = 0; i < steps; i++)
        {
            body = Make(identities, codec) switch
            {
                ItemOperator operation => body?.Append(operation) ?? operation.ToBody(),
                var made => (Body)made,
            };
        }

        return body!;
    }

    private void Write(IdentityWriter identities)
    {
        identities.Write(Function);
        identities.Write(factory.Method);
    }

    private static object Make(IdentityReader identities, IValueCodec codec)
    {
        var function = identities.ReadFunction();
        var maker = identities.ReadMethod();
        var parameters = maker.GetParameters();
        object?[] arguments = parameters.Length == 1 ? [function] : [function, codec.Read(parameters[1].ParameterType)];
        return maker.Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null)!;
    }
}
