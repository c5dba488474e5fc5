namespace Penstock.Stages;

/// <summary>What a stage's function returns that nobody means.</summary>
internal static class Refuse
{
    /// <summary>Where items are expected.</summary>
    /// <exception cref="InvalidOperationException">It is null.</exception>
    public static TItems Null<TItems>(TItems? items, string name)
        where TItems : class =>
        items ?? throw new InvalidOperationException($"Stage '{name}' returned null instead of items. Return an empty sequence if there are none.");

    /// <summary>A synchronous form with an asynchronous function would pass tasks instead of results.</summary>
    public static void TaskLike<TResult>(string name)
    {
        var type = typeof(TResult);
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (typeof(Task).IsAssignableFrom(type) || type == typeof(ValueTask) || generic == typeof(ValueTask<>))
        {
            throw new PipelineDefinitionException(
                $"Stage '{name}' returns {type.Name}, but takes its items synchronously, so nothing would wait for it. "
                + "Take IAsyncEnumerable items, or wait for the task inside.");
        }
    }
}
