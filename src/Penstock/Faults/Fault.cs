using System.Runtime.ExceptionServices;
using Penstock.Workers;

namespace Penstock.Faults;

/// <summary>An exception of user code and where it came from. The exception travels as itself, never wrapped.</summary>
internal sealed class Fault
{
    public const string StageKey = "Penstock.Stage";
    public const string WorkerKey = "Penstock.Worker";
    public const string ItemKey = "Penstock.Item";
    public const string StuckKey = "Penstock.Stuck";

    /// <summary>Stands for a fault that the process that started the run knows.</summary>
    public static readonly Fault OfAnotherProcess = new(new InvalidOperationException("A stage of another process has failed."));

    private readonly ExceptionDispatchInfo captured;

    /// <param name="exception">What was thrown.</param>
    /// <param name="worker">By whom.</param>
    /// <param name="number">On which item.</param>
    /// <param name="index">Which of the stage's workers it was, if several share the row of <paramref name="worker"/>.</param>
    public Fault(Exception exception, Worker? worker = null, long? number = null, int? index = null)
    {
        captured = ExceptionDispatchInfo.Capture(exception);
        if (worker is null)
            return;
        Note(StageKey, worker.Stage.Name);
        Note(WorkerKey, index ?? worker.Index);
        if (number is not null)
            Note(ItemKey, number);
    }

    /// <summary>Whether an exception is what may come of a stop; what a finally block has thrown on top of it is not.</summary>
    public static bool IsAnswerToStop(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is OperationCanceledException)
                return true;
        }

        return false;
    }

    /// <summary>Whether an exception of a last block is what comes of the stop: it has asked for more items, or waited for what got the stage's token.</summary>
    public static bool IsAnswerTo(Exception exception, CancellationToken stopping) => exception switch
    {
        PipelineStoppedException => true,
        OperationCanceledException cancelled => cancelled.CancellationToken == stopping,
        AggregateException several => several.InnerExceptions.Count > 0 && several.InnerExceptions.All(each => IsAnswerTo(each, stopping)),
        _ => false,
    };

    public Exception Exception => captured.SourceException;

    public void Throw() => captured.Throw();

    /// <summary>Adds a fact to <see cref="Exception.Data"/>; the first one stays.</summary>
    public void Note(string key, object value)
    {
        try
        {
            if (!Exception.Data.Contains(key))
                Exception.Data[key] = value;
        }
        catch (Exception)
        {
            // An exception type may refuse notes; the exception itself matters more.
        }
    }
}
