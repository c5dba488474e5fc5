namespace Penstock.Tests.Support;

/// <summary>A place where user code gets stuck until the test lets it go on. Disposing opens it, so that no thread is left behind.</summary>
internal sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim open = new();
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when somebody has come to the gate.</summary>
    public Task Arrived => arrived.Task;

    public void Pass()
    {
        arrived.TrySetResult();
        open.Wait();
    }

    public Task PassAsync()
    {
        arrived.TrySetResult();
        return opened.Task;
    }

    public void Open()
    {
        open.Set();
        opened.TrySetResult();
    }

    public void Dispose() => Open(); // not the event itself: somebody may still be waiting on it
}
