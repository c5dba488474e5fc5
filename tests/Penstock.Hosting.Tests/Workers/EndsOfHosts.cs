using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Penstock.Hosting.Workers;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>However and whenever a host stops, its worker ends with it, in time.</summary>
public class EndsOfHosts
{
    private const int Limit = 120_000;

    private readonly RecordingQueue<int> queue = new();

    [Fact(Timeout = Limit)]
    public async Task A_host_that_stops_while_it_starts_leaves_no_run_behind()
    {
        using var host = Build(items => items.Then(Steps.Twice), (_, _) => default);
        var worker = host.Services.GetServices<IHostedService>().Single(s => s is PipelineWorkerService<int, int>);
        await worker.StartAsync(new CancellationToken(canceled: true));
        Assert.Null(host.Services.GetRequiredKeyedService<WorkerStatus>("Worker").Run);

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await worker.StartAsync(CancellationToken.None);
        Assert.Null(host.Services.GetRequiredKeyedService<WorkerStatus>("Worker").Run);
        await worker.StopAsync(CancellationToken.None);
    }

    [Fact(Timeout = Limit)]
    public async Task A_host_that_is_disposed_without_a_stop_gives_its_jobs_back()
    {
        var inSink = new TaskCompletionSource();
        var host = Build(items => items.Then(Steps.Twice), async (_, ct) =>
        {
            inSink.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
        });
        await host.StartAsync();
        queue.Add("a", 1);
        await inSink.Task;
        await ((IAsyncDisposable)host).DisposeAsync();
        Assert.Equal(["a"], queue.Released);
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_that_fails_as_the_services_are_gone_costs_no_try()
    {
        var (inSink, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        IHost? host = null;
        host = Build(
            items => items.Then(Steps.Twice),
            async (_, _) =>
            {
                inSink.SetResult();
                await mayGoOn.Task;
                using var scope = host!.Services.CreateScope();
            },
            add: services => services.AddSingleton<DisposedWhenTold>());
        await host.StartAsync();
        var other = host.Services.GetRequiredService<DisposedWhenTold>(); // made after the worker, so that it is disposed before
        queue.Add("a", 1);
        await inSink.Task;
        var disposed = ((IAsyncDisposable)host).DisposeAsync().AsTask();
        await other.IsAsked.Task;
        mayGoOn.SetResult();
        await queue.UntilSettledAsync(1);
        Assert.Equal(["a"], queue.Released);
        Assert.Empty(queue.Failed);
        other.MayEnd.SetResult();
        await disposed;
    }

    [Fact(Timeout = Limit)]
    public async Task A_stop_that_is_cut_short_gives_its_jobs_back()
    {
        await using var kept = new InMemoryJobQueue<int>();
        await kept.SubmitAsync(1);
        var inSink = new TaskCompletionSource();
        var host = Build(
            items => items.Then(Steps.Twice),
            async (_, ct) =>
            {
                inSink.SetResult();
                await Task.Delay(Timeout.Infinite, ct);
            },
            add: services => services.AddSingleton<IJobQueue<int>>(kept));
        await host.StartAsync();
        await inSink.Task;
        await Record.ExceptionAsync(() => host.StopAsync(new CancellationToken(canceled: true)));
        await ((IAsyncDisposable)host).DisposeAsync();
        Assert.Equal(new JobCounts(Waiting: 1, InProgress: 0, Dead: 0), await kept.CountAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task Draining_begins_before_other_services_have_stopped()
    {
        var other = new StopsWhenTold();
        using var host = Build(items => items.Then(Steps.Twice), (_, _) => default, add: services => services.AddSingleton<IHostedService>(other));
        await host.StartAsync();
        var stopped = host.StopAsync();
        await other.Stopping.Task;
        var run = host.Services.GetRequiredKeyedService<WorkerStatus>("Worker").Run!;
        await run.Completion;
        queue.Add("too late", 1);
        other.MayStop.SetResult();
        await stopped;
        Assert.Empty(queue.Completed);
        Assert.Equal(queue.Pulled, queue.Released); // a pull that was just ending may still have got it, and gives it back
    }

    [Fact(Timeout = Limit)]
    public async Task Without_a_shutdown_timeout_jobs_have_all_the_time()
    {
        var (inSink, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var host = Build(
            items => items.Then(Steps.Twice),
            async (_, ct) =>
            {
                inSink.SetResult();
                await mayEnd.Task.WaitAsync(ct);
            },
            Timeout.InfiniteTimeSpan);
        await host.StartAsync();
        queue.Add("a", 1);
        await inSink.Task;
        var stopped = host.StopAsync();
        mayEnd.SetResult();
        await stopped;
        Assert.Equal(["a"], queue.Completed);
    }

    [Fact(Timeout = Limit)]
    public async Task Jobs_of_a_process_that_is_stuck_are_given_back_within_a_short_timeout()
    {
        // Shorter than stages may take to leave where nothing presses; the time for finishing jobs passes at once.
        var (clock, timeout) = (new FakeTimeProvider(), TimeSpan.FromSeconds(14));
        using var asleep = new LogListener("asleep");
        using var host = Build(
            items => items.Then(Steps.Sleep, new() { Isolation = Isolation.Process }),
            (_, _) => default,
            timeout,
            services => services.AddSingleton<TimeProvider>(clock).AddSingleton<ILoggerProvider>(asleep));
        await host.StartAsync();
        queue.Add("stuck", 1);
        await asleep.HasHeard;
        var stopped = host.StopAsync();
        clock.Advance(timeout * 0.8);
        await stopped;
        Assert.Equal(["stuck"], queue.Released);
        Assert.Empty(queue.Failed);
    }

    [Fact(Timeout = Limit)]
    public async Task A_queue_that_is_slow_to_end_its_pull_has_the_time_that_jobs_have()
    {
        var inPull = new TaskCompletionSource();
        using var mayEnd = new ManualResetEventSlim();
        var slow = new FaultyQueue<int>(queue)
        {
            OnPull = _ =>
            {
                inPull.SetResult();
                mayEnd.Wait(CancellationToken.None);
                return default;
            },
        };
        var clock = new FakeTimeProvider();
        using var host = Build(
            items => items.Then(Steps.Twice),
            (_, _) => default,
            add: services => services
                .AddSingleton<IJobQueue<int>>(slow)
                .Configure<PipelineWorkerOptions>("Worker", o => o.Run = new() { TimeProvider = clock, StopTimeout = TimeSpan.FromSeconds(1) }));
        await host.StartAsync();
        await inPull.Task;
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        clock.Advance(TimeSpan.FromSeconds(2));
        mayEnd.Set();
        await host.StopAsync();
        Assert.Null(host.Services.GetRequiredKeyedService<WorkerStatus>("Worker").Failure);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(30)]
    public void Every_step_of_a_shutdown_has_time_left(double seconds)
    {
        var timeout = TimeSpan.FromSeconds(seconds);
        var shutdown = new Shutdown(timeout, TimeProvider.System);
        var killed = TimeSpan.FromSeconds(seconds < 2 ? 0 : 1);
        var left = timeout - shutdown.Drain - shutdown.StopTimeout(TimeSpan.FromSeconds(15)) - killed;
        Assert.InRange(left / timeout, 0.05, 0.6);
    }

    private IHost Build(
        Func<Pipeline<int>, Pipeline<int>> stages, Func<Job<int>, CancellationToken, ValueTask> sink, TimeSpan? shutdownTimeout = null, Action<IServiceCollection>? add = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = shutdownTimeout ?? TimeSpan.FromSeconds(100));
        builder.Services.AddSingleton<IJobQueue<int>>(queue);
        builder.Services.AddPipelineWorker(stages, sink);
        add?.Invoke(builder.Services);
        return builder.Build();
    }

    private sealed class DisposedWhenTold : IAsyncDisposable
    {
        public TaskCompletionSource IsAsked { get; } = new();

        public TaskCompletionSource MayEnd { get; } = new();

        public ValueTask DisposeAsync()
        {
            IsAsked.SetResult();
            return new(MayEnd.Task);
        }
    }

    private sealed class StopsWhenTold : IHostedService
    {
        public TaskCompletionSource Stopping { get; } = new();

        public TaskCompletionSource MayStop { get; } = new();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Stopping.SetResult();
            return MayStop.Task;
        }
    }
}
