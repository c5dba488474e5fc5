using System.Globalization;

namespace Penstock.RabbitMQ.Queues;

/// <summary>
/// The pauses between tries and the queue for each. A broker lets messages expire only at the head of a queue, so every pause has a queue of
/// its own; as the pauses double, a handful is enough.
/// </summary>
internal sealed class RetrySteps
{
    public RetrySteps(RabbitMqJobQueueOptions options)
    {
        var steps = new List<RetryStep>();
        for (var pause = options.Backoff; pause <= options.MaxBackoff && steps.Count < options.MaxAttempts - 1; pause *= 2)
        {
            var milliseconds = (long)pause.TotalMilliseconds;
            steps.Add(new(string.Create(CultureInfo.InvariantCulture, $"{options.Queue}.retry.{milliseconds}"), milliseconds));
        }

        All = steps;
    }

    public IReadOnlyList<RetryStep> All { get; }

    /// <param name="attempts">How many have failed: 1 or more, and fewer than allowed.</param>
    public RetryStep After(int attempts) => All[Math.Min(attempts, All.Count) - 1];
}

internal sealed record RetryStep(string Queue, long Milliseconds);
