namespace Penstock.Stages;

/// <summary>A synchronous form with an asynchronous function would pass tasks instead of results: nobody means that.</summary>
internal static class Refuse
{
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
