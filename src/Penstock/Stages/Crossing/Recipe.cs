namespace Penstock.Stages.Crossing;

/// <summary>
/// How a body is made: by which of the engine's factories, from which function of the user, with which argument. Another process
/// of the same build makes the same body from it. Only kept until then: nothing is looked up when a pipeline is described.
/// </summary>
internal sealed partial class Recipe
{
    private readonly Delegate factory;
    private readonly object? argument;
    private readonly Recipe? before; // what an operator is appended to

    private Recipe(Delegate factory, Delegate function, Type? argumentType, object? argument, bool isItemWise, Recipe? before = null)
    {
        this.factory = factory;
        Function = function;
        ArgumentType = argumentType;
        this.argument = argument;
        IsItemWise = isItemWise;
        this.before = before;
    }

    /// <summary>The user's function.</summary>
    public Delegate Function { get; }

    /// <summary>The declared type of the argument, if there is one.</summary>
    public Type? ArgumentType { get; }

    /// <summary>Whether the function takes an item, and not all of them.</summary>
    public bool IsItemWise { get; }

    public static Recipe Of<TFunction, TMade>(Func<TFunction, TMade> factory, TFunction function)
        where TFunction : Delegate => new(factory, function, argumentType: null, argument: null, isItemWise: false);

    public static Recipe Of<TFunction, TArg, TMade>(Func<TFunction, TArg, TMade> factory, TFunction function, TArg argument)
        where TFunction : Delegate => new(factory, function, typeof(TArg), argument, isItemWise: false);

    public static Recipe OfItemWise<TFunction, TMade>(Func<TFunction, TMade> factory, TFunction function)
        where TFunction : Delegate => new(factory, function, argumentType: null, argument: null, isItemWise: true);

    /// <summary>The recipe of this body with an operator behind it.</summary>
    public Recipe Append(Recipe operation) => new(operation.factory, operation.Function, operation.ArgumentType, operation.argument, operation.IsItemWise, this);
}
