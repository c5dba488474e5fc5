using Microsoft.Extensions.Logging;

namespace Penstock.Hosting.Workers;

/// <summary>What a worker logs about its jobs. Payloads are never logged.</summary>
internal sealed partial class WorkerLog(ILogger logger)
{
    [LoggerMessage(1, LogLevel.Information, "Pipeline worker '{Worker}' works on up to {Jobs} jobs at once: {Pipeline}")]
    public partial void Started(string worker, int jobs, string pipeline);

    [LoggerMessage(2, LogLevel.Information, "Pipeline worker '{Worker}' drains: {Jobs} jobs to finish, within {Time}.")]
    public partial void Draining(string worker, int jobs, TimeSpan time);

    [LoggerMessage(3, LogLevel.Information, "Pipeline worker '{Worker}' has stopped; {Jobs} jobs were given back.")]
    public partial void Stopped(string worker, int jobs);

    [LoggerMessage(4, LogLevel.Warning, "Job '{Job}' has failed, at attempt {Attempt}.")]
    public partial void JobFailed(string job, int attempt, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Job '{Job}' is not this worker's any more; somebody else will work on it, or does.")]
    public partial void LeaseLost(string job, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "The queue was not told what has become of job '{Job}'; the job will come again.")]
    public partial void NotSettled(string job, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "The queue could not be told what has become of job '{Job}'; another try follows in {Pause}.")]
    public partial void TriesAgain(string job, TimeSpan pause, Exception exception);

    [LoggerMessage(8, LogLevel.Warning, "The lease of job '{Job}' could not be extended; another try follows before it ends.")]
    public partial void NotExtended(string job, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "The queue gives no jobs; another try follows in {Pause}.")]
    public partial void PullsAgain(TimeSpan pause, Exception exception);

    [LoggerMessage(10, LogLevel.Critical, "Pipeline worker '{Worker}' has failed.")]
    public partial void Failed(string worker, Exception exception);

    [LoggerMessage(11, LogLevel.Warning, "A listener to activities has thrown; the job does not depend on it.")]
    public partial void ListenerFailed(Exception exception);

    [LoggerMessage(12, LogLevel.Warning, "The queue failed when the worker waited for it no longer.")]
    public partial void FailedLate(Exception exception);
}
