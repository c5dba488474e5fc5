using System.Net;
using InferenceWorker.Jobs;
using Penstock.Fleet.Tests.Fleets;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.Fleet.Tests;

/// <summary>A worker whom nobody disturbs.</summary>
public class WorkerTests
{
    [Fact(Timeout = 240_000)]
    public async Task A_page_is_gathered_into_one_result_that_has_the_log_of_all_its_parts()
    {
        await using var fleet = new TestFleet();
        var page = Assert.Single(await fleet.SubmitAsync(JobKind.Page));
        fleet.StartWorker();
        await fleet.Stored.UntilAsync(stored => stored.Count == 1);

        var result = await fleet.ResultAsync(page.Job.Id);
        var rows = result.Digits.Split('\n');
        Assert.Equal(15, rows.Length);
        Assert.All(rows, row => Assert.Equal(24, row.Length));
        Assert.Equal(15, result.Log.Count(line => line.StartsWith("RunModel: Scored ", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 240_000)]
    public async Task Its_health_can_be_asked_for_by_HTTP_also_while_it_drains()
    {
        await using var fleet = new TestFleet();
        var mayEnd = new TaskCompletionSource();
        fleet.Sending = _ => mayEnd.Task;
        await fleet.SubmitAsync(JobKind.Digit);
        var port = Broker.FreePort();
        var worker = fleet.StartWorker("--health-port", $"{port}");
        await fleet.Asked.UntilAsync(asked => asked.Count == 1);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await StatusAsync("live"), await StatusAsync("ready")));

        await worker.TerminateAsync();
        await worker.SaysAsync("drains");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (await StatusAsync("live"), await StatusAsync("ready")));
        mayEnd.SetResult();
        Assert.Equal(0, await worker.ExitCodeAsync());

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var response = await client.GetAsync(path);
            return response.StatusCode;
        }
    }
}
