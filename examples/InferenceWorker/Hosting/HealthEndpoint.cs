using System.Net;
using System.Text;
using InferenceWorker.Files;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace InferenceWorker.Hosting;

/// <summary>
/// Says by HTTP how the worker is. <c>/live</c> is 503 once it has failed: restart it. <c>/ready</c> is 503 also while it drains.
/// Both answer with a line that says why.
/// </summary>
internal sealed class HealthEndpoint(int port, HealthCheckService health) : IHostedService, IAsyncDisposable
{
    public const string Live = "/live";
    public const string Ready = "/ready";

    HttpLoop? loop;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        loop ??= new HttpLoop("+", port, AnswerAsync);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // It answers to the very end.
    public ValueTask DisposeAsync() => loop?.DisposeAsync() ?? ValueTask.CompletedTask;

    async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        var report = await health.CheckHealthAsync();
        var isWell = path switch
        {
            Live => report.Status != HealthStatus.Unhealthy,
            Ready => report.Status == HealthStatus.Healthy,
            _ => (bool?)null,
        };
        context.Response.StatusCode = (int)(isWell switch
        {
            true => HttpStatusCode.OK,
            false => HttpStatusCode.ServiceUnavailable,
            null => HttpStatusCode.NotFound,
        });
        var text = string.Concat(report.Entries.Select(entry => $"{entry.Key}: {entry.Value.Status}. {entry.Value.Description}\n"));
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
    }
}
