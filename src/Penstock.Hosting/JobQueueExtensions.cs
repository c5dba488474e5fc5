using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Penstock.Hosting.Queues;

namespace Penstock.Hosting;

/// <summary>
/// Adds job queues to the services: one instance for all who ask, as <see cref="IJobQueue{T}"/>, as <see cref="IJobStore{T}"/>, and as its own type.
/// It is opened when it is first asked for, goes by the registered <see cref="TimeProvider"/>, and is disposed with the host.
/// </summary>
public static class JobQueueExtensions
{
    private const string Sqlite = "Penstock:Sqlite";

    /// <summary>Adds a <see cref="SqliteJobQueue{T}"/>. Its options come from the configuration section <c>Penstock:Sqlite</c>, the path from <c>Path</c> there.</summary>
    /// <remarks>Whoever asks for a queue without a path gets an <see cref="InvalidOperationException"/> that names the setting. Queues of several payloads in one file need names of their own; an <see cref="InvalidOperationException"/> says so, too.</remarks>
    /// <typeparam name="T">The payload.</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="path">The file. Default: the configured one.</param>
    /// <param name="configure">What is to be different from the configuration, as in <c>options => options with { Queue = "scans" }</c>. Default: nothing.</param>
    public static IServiceCollection AddSqliteJobQueue<T>(
        this IServiceCollection services, string? path = null, Func<SqliteJobQueueOptions, SqliteJobQueueOptions>? configure = null) =>
        services.AddJobQueue<T, SqliteJobQueue<T>>(provider =>
        {
            var options = provider.Configured<SqliteJobQueueOptions>(Sqlite) with { TimeProvider = provider.TimeProvider() };
            if ((path ?? provider.GetService<IConfiguration>()?[$"{Sqlite}:Path"]) is not { Length: > 0 } file)
                throw Missing<T>($"{Sqlite}:Path", $"path to {nameof(AddSqliteJobQueue)}");
            options = configure is null ? options : configure(options);
            provider.GetRequiredService<QueueNames>().Claim<T>(Path.GetFullPath(file), options.Queue);
            return new(file, options);
        });

    /// <summary>Adds an <see cref="InMemoryJobQueue{T}"/>.</summary>
    /// <typeparam name="T">The payload.</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">What is to be different from the defaults. Default: nothing.</param>
    public static IServiceCollection AddInMemoryJobQueue<T>(
        this IServiceCollection services, Func<InMemoryJobQueueOptions, InMemoryJobQueueOptions>? configure = null) =>
        services.AddJobQueue<T, InMemoryJobQueue<T>>(provider =>
        {
            var options = new InMemoryJobQueueOptions { TimeProvider = provider.TimeProvider() };
            return new(configure is null ? options : configure(options));
        });

    internal static IServiceCollection AddJobQueue<T, TQueue>(this IServiceCollection services, Func<IServiceProvider, TQueue> open)
        where TQueue : class, IJobQueue<T>, IJobStore<T>
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<QueueNames>();
        return services.AddSingleton(open)
            .AddSingleton<IJobQueue<T>>(provider => provider.GetRequiredService<TQueue>())
            .AddSingleton<IJobStore<T>>(provider => provider.GetRequiredService<TQueue>());
    }

    internal static TOptions Configured<TOptions>(this IServiceProvider provider, string section)
        where TOptions : new() =>
        provider.GetService<IConfiguration>() is { } configuration && configuration.GetSection(section).Get<TOptions>() is { } options ? options : new();

    internal static InvalidOperationException Missing<T>(string setting, string argument) => new(
        $"The queue of {typeof(T).Name} jobs cannot be opened: {setting} is missing in the configuration. Set it there (the environment variable "
        + $"is {setting.Replace(":", "__", StringComparison.Ordinal)}), or pass the {argument}.");
}
