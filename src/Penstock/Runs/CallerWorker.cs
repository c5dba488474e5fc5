using Penstock.Links;
using Penstock.Workers;

namespace Penstock.Runs;

/// <summary>The caller's loop as a worker: it reads and waits as any other, but runs itself.</summary>
internal sealed class CallerWorker<T> : Worker
{
    public CallerWorker(RunningStage stage, IFeed<T> feed, bool isAsynchronous)
        : base(stage, index: 0, isAsynchronous) => Results = feed.CreateReader(this);

    public Reader<T> Results { get; }

    public override Reader Reader => Results;

    public override ValueTask RunAsync() => throw new InvalidOperationException("The caller runs itself.");

    public override ValueTask LeaveAsync() => ValueTask.CompletedTask;
}
