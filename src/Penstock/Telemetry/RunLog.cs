using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Penstock.Processes;

namespace Penstock.Telemetry;

/// <summary>Everything a run logs, in the category <c>Penstock</c>.</summary>
internal sealed partial class RunLog(ILoggerFactory? factory)
{
    private readonly ILogger logger = factory is null ? NullLogger.Instance : new SafeLogger(factory.CreateLogger("Penstock"));

    [LoggerMessage(1, LogLevel.Debug, "Run '{Run}' has started.")]
    public partial void Started(string run);

    [LoggerMessage(2, LogLevel.Debug, "Run '{Run}' has ended after {Elapsed}.")]
    public partial void Ended(string run, TimeSpan elapsed);

    [LoggerMessage(3, LogLevel.Error, "Run '{Run}' has failed.")]
    public partial void Failed(string run, Exception exception);

    [LoggerMessage(4, LogLevel.Debug, "Stage '{Stage}' has failed; the fault travels to the sink behind the items before it.")]
    public partial void StageFailed(string stage, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Item {Number} was given up by stage '{Stage}' after {Attempts} attempts.")]
    public partial void DeadLetter(long number, string stage, int attempts, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "Run '{Run}' leaves workers behind: {Workers}")]
    public partial void Stuck(string run, string workers);

    [LoggerMessage(7, LogLevel.Debug, "An exception that came after the first failure was ignored.")]
    public partial void IgnoredFailure(Exception exception);

    [LoggerMessage(8, LogLevel.Debug, "Stage '{Stage}', worker {Worker}, threw after it was stopped; its items were not needed any more.")]
    public partial void IgnoredAfterStop(string stage, int worker, Exception exception);

    [LoggerMessage(9, LogLevel.Debug, "Stage '{Stage}', worker {Worker}, failed on an item behind the one at which the stage had ended.")]
    public partial void IgnoredAfterEnd(string stage, int worker, Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "Stage '{Stage}', worker {Worker}: a finally block failed while another exception was under way.")]
    public partial void DisposeFailed(string stage, int worker, Exception exception);

    [LoggerMessage(11, LogLevel.Warning, "A listener to activities or meters has thrown; the run does not depend on it.")]
    public partial void ListenerFailed(Exception exception);

    [LoggerMessage(12, LogLevel.Warning, "Stage '{Stage}', worker {Worker}: its process {Exit} when all its work was done.")]
    public partial void DiedAtExit(string stage, int worker, WorkerExit exit);

    [LoggerMessage(13, LogLevel.Warning, "Run '{Run}' has killed the processes of workers that did not leave: {Workers}")]
    public partial void Killed(string run, string workers);

    [LoggerMessage(14, LogLevel.Warning, "A callback of the token that a stage got has thrown.")]
    public partial void CallbackFailed(Exception exception);
}
