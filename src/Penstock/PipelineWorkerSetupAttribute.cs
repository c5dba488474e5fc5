namespace Penstock;

/// <summary>
/// Marks a static method without parameters and result that every worker process runs before its stage, since <c>Main</c> does not
/// run there: to register codecs, to configure logging. It is found in the application's entry assembly and in the assembly of the stage.
/// What it throws fails the run.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PipelineWorkerSetupAttribute : Attribute;
