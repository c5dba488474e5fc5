using Penstock.Hosting;

namespace Penstock.RabbitMQ;

/// <summary>The broker cannot be reached, or refuses what was asked of it. The message says what failed, where, and what to do about it; never a password.</summary>
public sealed class RabbitMqJobQueueException : JobQueueException
{
    /// <inheritdoc cref="RabbitMqJobQueueException"/>
    public RabbitMqJobQueueException()
        : this("The broker failed.")
    {
    }

    /// <inheritdoc cref="RabbitMqJobQueueException"/>
    /// <param name="message">What failed, where, and what to do.</param>
    public RabbitMqJobQueueException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="RabbitMqJobQueueException"/>
    /// <param name="message">What failed, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public RabbitMqJobQueueException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the broker takes no message as large as that: sending it again is of no use, and all others may do better.</summary>
    internal bool IsTooLarge { get; init; }
}
