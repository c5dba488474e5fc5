using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Penstock.Hosting;
using Penstock.Hosting.Queues;

namespace Penstock.RabbitMQ;

/// <summary>Adds job queues on RabbitMQ to the services.</summary>
public static class RabbitMqJobQueueExtensions
{
    private const string Section = "Penstock:RabbitMQ";
    private const string Address = $"{Section}:{nameof(RabbitMqJobQueueOptions.Uri)}";

    /// <summary>
    /// Adds a <see cref="RabbitMqJobQueue{T}"/>: one instance for all who ask, as <see cref="IJobQueue{T}"/>, as <see cref="IJobStore{T}"/>, and as
    /// its own type. Its options come from the configuration section <c>Penstock:RabbitMQ</c>, logger and clock from the services. It connects when
    /// it is first used, and is disposed with the host.
    /// </summary>
    /// <remarks>
    /// Keep the password out of files: the environment variable <c>Penstock__RabbitMQ__Password</c> is enough. Whoever asks for a queue without an
    /// address gets an <see cref="InvalidOperationException"/> that names the setting. Queues of several payloads need names of their own; one says so, too.
    /// </remarks>
    /// <typeparam name="T">The payload.</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">What is to be different from the configuration, as in <c>options => options with { Queue = "scans" }</c>. Default: nothing.</param>
    public static IServiceCollection AddRabbitMqJobQueue<T>(
        this IServiceCollection services, Func<RabbitMqJobQueueOptions, RabbitMqJobQueueOptions>? configure = null) =>
        services.AddJobQueue<T, RabbitMqJobQueue<T>>(provider =>
        {
            // The binder would repeat the address in its error, with the password.
            if (provider.GetService<IConfiguration>()?[Address] is { } uri && !Uri.TryCreate(uri, UriKind.Absolute, out _))
                throw new InvalidOperationException($"{Address} in the configuration is no address: write amqp[s]://user:password@host:port/vhost.");
            var options = provider.Configured<RabbitMqJobQueueOptions>(Section) with
            {
                LoggerFactory = provider.GetService<ILoggerFactory>(),
                TimeProvider = provider.TimeProvider(),
            };
            options = configure is null ? options : configure(options);
            if (options.Uri is null)
                throw JobQueueExtensions.Missing<T>(Address, $"{nameof(options.Uri)} to {nameof(AddRabbitMqJobQueue)}");
            provider.GetRequiredService<QueueNames>().Claim<T>(options.Uri.ToString(), options.Queue);
            return new(options);
        });
}
