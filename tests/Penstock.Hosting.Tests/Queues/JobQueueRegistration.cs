using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Penstock.Hosting.Tests.Queues;

/// <summary>A queue is added in one line, and is what the configuration says.</summary>
public sealed class JobQueueRegistration : IDisposable
{
    private readonly QueueFolder folder = new();

    public void Dispose() => folder.Delete();

    [Fact(Timeout = 120_000)]
    public async Task A_file_in_the_configuration_is_enough()
    {
        using var host = Build(services => services.AddSqliteJobQueue<Work>(), ("Path", folder.File));

        await host.Services.GetRequiredService<IJobStore<Work>>().SubmitAsync(new Work("one"));

        Assert.True(File.Exists(folder.File));
        await using var puller = new Puller<Work>(host.Services.GetRequiredService<IJobQueue<Work>>());
        Assert.Equal("one", (await puller.NextAsync()).Payload.Text);
    }

    [Fact]
    public void Workers_and_submitters_get_the_same_queue()
    {
        using var host = Build(services => services.AddInMemoryJobQueue<Work>());

        var queue = host.Services.GetRequiredService<InMemoryJobQueue<Work>>();

        Assert.Same(queue, host.Services.GetRequiredService<IJobQueue<Work>>());
        Assert.Same(queue, host.Services.GetRequiredService<IJobStore<Work>>());
    }

    [Fact]
    public void Options_are_bound_and_what_the_program_says_wins()
    {
        SqliteJobQueueOptions? bound = null;
        var clock = new FakeTimeProvider();
        using var host = Build(
            services => services.AddSingleton<TimeProvider>(clock).AddSqliteJobQueue<Work>(folder.File, options =>
            {
                bound = options;
                return options with { Lease = TimeSpan.FromSeconds(7) };
            }),
            ("Path", "/nowhere/jobs.db"),
            ("Queue", "scans"),
            ("MaxAttempts", "3"),
            ("Backoff", "00:00:02"),
            ("Lease", "00:10:00"));

        var queue = host.Services.GetRequiredService<SqliteJobQueue<Work>>();

        Assert.Equal(("scans", 3, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10)), (bound!.Queue, bound.MaxAttempts, bound.Backoff, bound.Lease));
        Assert.Same(clock, bound.TimeProvider);
        Assert.Equal(TimeSpan.FromSeconds(7), queue.Lease);
    }

    [Fact]
    public void A_missing_path_is_an_error_that_names_the_setting()
    {
        using var host = Build(services => services.AddSqliteJobQueue<Work>(), ("Path", ""));

        var error = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<IJobQueue<Work>>);

        Assert.Contains("Penstock:Sqlite:Path is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("Penstock__Sqlite__Path", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_payloads_in_one_queue_are_refused_and_need_names_of_their_own()
    {
        using var host = Build(services => services.AddSqliteJobQueue<Work>(folder.File).AddSqliteJobQueue<string>(folder.File).AddSqliteJobQueue<int>(folder.File, o => o with { Queue = "numbers" }));
        host.Services.GetRequiredService<IJobQueue<Work>>();

        var error = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<IJobQueue<string>>);

        Assert.Contains("Jobs of Work and of String would share queue 'jobs'", error.Message, StringComparison.Ordinal);
        host.Services.GetRequiredService<IJobQueue<int>>();
    }

    [Fact]
    public void A_value_out_of_its_range_is_named()
    {
        using var host = Build(services => services.AddSqliteJobQueue<Work>(folder.File), ("MaxAttempts", "0"));

        Assert.Contains("MaxAttempts", Assert.Throws<ArgumentOutOfRangeException>(host.Services.GetRequiredService<IJobQueue<Work>>).Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_queue_is_disposed_with_the_host(bool asynchronously)
    {
        var host = Build(services => services.AddSqliteJobQueue<Work>(folder.File));
        var queue = host.Services.GetRequiredService<IJobQueue<Work>>();
        var store = host.Services.GetRequiredService<IJobStore<Work>>();
        await store.SubmitAsync(new Work("one"));

        if (asynchronously)
            await ((IAsyncDisposable)host).DisposeAsync();
        else
            host.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.SubmitAsync(new Work("late")).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(new Puller<Work>(queue).NextAsync);
        // SQLite removes its others when the last connection is closed in order.
        Assert.Equal([folder.File], Directory.GetFiles(folder.Path));
    }

    private static IHost Build(Action<IServiceCollection> add, params (string Setting, string Value)[] settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(each => KeyValuePair.Create($"Penstock:Sqlite:{each.Setting}", (string?)each.Value)));
        add(builder.Services);
        return builder.Build();
    }
}
