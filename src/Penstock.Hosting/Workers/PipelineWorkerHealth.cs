using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Penstock.Hosting.Workers;

/// <summary>Healthy while the worker runs, degraded while it drains or the queue is away, else as bad as was registered.</summary>
internal sealed class PipelineWorkerHealth(WorkerStatus status) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var facts = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["jobsInFlight"] = status.Open(),
            ["jobsCompleted"] = status.Completed,
            ["jobsFailed"] = status.Failed,
        };
        if (status.SinceSettled is { } ago)
            facts["secondsSinceLastJob"] = ago.TotalSeconds;

        var settleFailure = status.SettleFailure();
        var (health, text) = status switch
        {
            { Failure: { } failure } => (context.Registration.FailureStatus, $"The worker has failed: {failure.Message}"),
            { Run: null } => (context.Registration.FailureStatus, "The worker has not started."),
            { Run.Completion.IsCompleted: true } => (context.Registration.FailureStatus, "The worker has stopped."),
            { IsDraining: true } => (HealthStatus.Degraded, "The worker drains: it pulls no more jobs."),
            _ when status.Outage() is { } outage => (HealthStatus.Degraded, $"The queue has been away since {outage.Since:u}, the worker waits for it: {outage.Reason}"),
            { PullFailure: { } failure } => (HealthStatus.Degraded, $"The queue gives no jobs, the worker tries again: {failure.Message}"),
            _ when settleFailure is not null => (HealthStatus.Degraded, $"The queue cannot be told of finished jobs, the worker tries again: {settleFailure.Message}"),
            _ => (HealthStatus.Healthy, status.Run.Snapshot().Verdict),
        };
        return Task.FromResult(new HealthCheckResult(health, text, status.Failure ?? status.PullFailure ?? settleFailure, facts));
    }
}
