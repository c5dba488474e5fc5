using Penstock.Stages.Crossing;

namespace Penstock.Stages;

/// <summary>What can be known to be wrong with a stage that is to run in another process: each error names the stage and the cure.</summary>
internal static class IsolationChecks
{
    /// <summary>Throws if the stage cannot run in another process. Operators appended to it are no obstacle: see <see cref="Stage{TOut}.Split"/>.</summary>
    /// <exception cref="PipelineDefinitionException">It names the stage, what is in the way, and the cure.</exception>
    public static void Require(Stage stage)
    {
        if (Complaint(stage.Origin) is { } complaint)
            throw new PipelineDefinitionException($"Stage '{stage.Name}' cannot run in another process: {complaint}.");
    }

    private static string? Complaint(Stage stage)
    {
        if (stage.Body.Recipe is { } recipe)
            return Obstacles.Find(recipe, stage.Kind == StageKind.Source) is { } obstacle ? "its function " + obstacle : null;
        return stage.Kind switch
        {
            StageKind.Source => "it is an object of this process: leave Isolation out, or start with a function that makes the items",
            StageKind.Sink => "it is a sink, which stays with the caller: leave Isolation out, or do the work in a stage before it",
            _ => "it holds several items at once: leave Isolation out",
        };
    }
}
