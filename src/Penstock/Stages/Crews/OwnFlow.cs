namespace Penstock.Stages.Crews;

/// <summary>The execution context of code on whose thread other code is run for a while, in a context of its own.</summary>
internal readonly struct OwnFlow
{
    private readonly bool isSuppressed;

    private OwnFlow(ExecutionContext context, bool isSuppressed) => (Context, this.isSuppressed) = (context, isSuppressed);

    public ExecutionContext Context { get; }

    public static OwnFlow Leave()
    {
        if (ExecutionContext.Capture() is { } context)
            return new OwnFlow(context, isSuppressed: false);
        ExecutionContext.RestoreFlow(); // else it cannot be had
        return new OwnFlow(ExecutionContext.Capture()!, isSuppressed: true);
    }

    public void Return()
    {
        ExecutionContext.Restore(Context);
        if (isSuppressed)
            ExecutionContext.SuppressFlow();
    }
}
