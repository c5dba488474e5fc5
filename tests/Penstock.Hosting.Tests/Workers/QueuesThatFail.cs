using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>What a worker does when its queue throws or hangs.</summary>
public class QueuesThatFail
{
    private const int Limit = 60_000;

    private readonly RecordingQueue<int> leased = new() { Lease = TimeSpan.FromMilliseconds(60) };

    [Fact(Timeout = Limit)]
    public async Task A_timeout_of_the_queue_does_not_end_the_extension_of_leases()
    {
        var calls = 0;
        var faulty = new FaultyQueue<int>(leased) { OnExtend = _ => ++calls == 1 ? throw new TaskCanceledException("The request timed out.") : default };
        using var host = await StartAsync(faulty, async (_, _) => await leased.UntilExtendedAsync(2));
        leased.Add("slow", 1);
        await leased.UntilSettledAsync(1);
        await host.StopAsync();
        Assert.Equal(["slow"], leased.Completed);
    }

    [Fact(Timeout = Limit)]
    public async Task A_lease_whose_extension_hangs_stops_no_other()
    {
        var never = new TaskCompletionSource();
        var faulty = new FaultyQueue<int>(leased) { OnExtend = job => job.Payload == 1 ? new ValueTask(never.Task) : default };
        using var host = await StartAsync(faulty, async (_, _) => await leased.UntilExtendedAsync(3));
        leased.Add("hangs", 1);
        leased.Add("other", 2);
        await leased.UntilSettledAsync(2);
        await host.StopAsync();
        Assert.All(leased.Extended, id => Assert.Equal("other", id));
    }

    private static async Task<IHost> StartAsync(
        IJobQueue<int> queue, Func<Job<int>, CancellationToken, ValueTask> sink, TimeProvider? time = null, TimeSpan? shutdownTimeout = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = shutdownTimeout ?? TimeSpan.FromSeconds(20));
        builder.Services.AddSingleton(queue);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddPipelineWorker<int, int>(items => items.Then(Steps.Twice), sink);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
