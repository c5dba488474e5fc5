using System.Threading.Tasks.Sources;
using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>Suspends a task; its continuation is queued to the thread pool. Allocates nothing a wait.</summary>
internal sealed class TaskWaiter(FixedMemory memory) : Waiter(memory), IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> source = new() { RunContinuationsAsynchronously = true };

    public override ValueTask WaitAsync(int milliseconds = Timeout.Infinite) => new(this, source.Version);

    // Reset here, not before the announcement: the result of a wait is fetched exactly once, and then nobody else touches the source.
    void IValueTaskSource.GetResult(short token)
    {
        source.GetResult(token);
        source.Reset();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);

    protected override void Resume() => source.SetResult(true);
}
