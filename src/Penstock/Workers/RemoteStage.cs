using Microsoft.Extensions.Logging;
using Penstock.Faults;
using Penstock.Runs;
using Penstock.SharedMemory;
using Penstock.Telemetry;

namespace Penstock.Workers;

/// <summary>The stage as its worker sees it in a process of its own: whatever is to be decided, the process that started the run decides.</summary>
internal sealed class RemoteStage(Run run, string name, StageOptions options, bool isSource, FixedMemory record, Mailbox mailbox, LogLevel level)
    : RunningStage(run, name, options, isSource, isSink: false, record)
{
    public override void EndAt(Worker worker, Fault? with)
    {
        if (with is null)
            mailbox.Post(News.EndedEarly);
        else
            Post(News.Failed, with.Exception, worker);
    }

    public override void Inherit(Fault inherited) => mailbox.Post(News.Inherited);

    public override void OnLeft(Worker worker) => mailbox.Post(worker.IsWorn && !worker.Reader.IsAtEnd ? News.Worn : News.Left);

    public override bool GrantsAnotherTry(Worker worker, Exception exception, int delivered, out TimeSpan pause)
    {
        (var granted, pause) = mailbox.Post(News.FailedOnItem, exception, worker.Reader.Number, delivered);
        return granted;
    }

    public override ILogger CreateLogger() => new SafeLogger(new DistantLogger(level, line => mailbox.Post(News.Logged, line.Write)));

    public override void TellSpan(DateTimeOffset from, TimeSpan duration) => mailbox.Post(News.Spanned, [], from.UtcTicks, duration.Ticks);

    /// <summary>Something failed that ends the run.</summary>
    public void FailRun(Exception exception, bool inCleanup) => mailbox.Post(inCleanup ? News.FailedInCleanup : News.FailedRun, exception);

    private void Post(News news, Exception exception, Worker worker) =>
        mailbox.Post(news, exception, worker.Reader.HasItem ? worker.Reader.Number : -1);
}
