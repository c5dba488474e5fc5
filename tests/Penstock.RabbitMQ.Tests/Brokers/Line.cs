using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>
/// A line to a broker. It can fall silent: it then takes everything and hands on nothing, as a broker that hangs or a firewall does. And it can be slow: it then
/// hands on later what it was told meanwhile.
/// </summary>
internal sealed class Line : IAsyncDisposable
{
    public const int BufferSize = 64 * 1024;

    private readonly CancellationTokenSource ended = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<Socket, bool> callers = [];
    private readonly Task carrying;
    private volatile bool isSilent;
    private volatile string? fatal;
    private volatile TaskCompletionSource? held;

    private Line(int port)
    {
        listener.Start();
        carrying = ListenAsync(port);
    }

    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Completes when somebody has begun to talk.</summary>
    public Task Called => called.Task;

    public static Line To(Broker broker) => new(broker.Port);

    public void FallSilent() => isSilent = true;

    /// <summary>Hands on nothing until it is released.</summary>
    public void Hold() => held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        var until = held!;
        held = null;
        until.SetResult();
    }

    /// <summary>Resets all calls. Of what it holds, one piece of each, no larger than its buffer, may still be handed on.</summary>
    public void Cut()
    {
        foreach (var caller in callers.Keys)
            caller.Close(timeout: 0);
        Release();
    }

    /// <summary>From now on every call ends in which this is said.</summary>
    public void HangUpOn(string text) => fatal = text;

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Stop();
        await carrying;
        ended.Dispose();
    }

    private async Task ListenAsync(int port)
    {
        var calls = new List<Task>();
        try
        {
            while (true)
                calls.Add(ConnectAsync(await listener.AcceptTcpClientAsync(ended.Token), port));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(calls);
        }
    }

    private async Task ConnectAsync(TcpClient near, int port)
    {
        using (near)
        {
            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, port);
            callers[near.Client] = true;

            // Whoever hangs up ends the call; while the line is silent nobody hears that.
            await Task.WhenAny(CarryAsync(near.GetStream(), far.GetStream()), CarryAsync(far.GetStream(), near.GetStream()));
        }
    }

    private async Task CarryAsync(NetworkStream from, NetworkStream to)
    {
        try
        {
            var buffer = new byte[BufferSize];
            while (await from.ReadAsync(buffer, ended.Token) is > 0 and var count)
            {
                called.TrySetResult();
                if (fatal is { } text && buffer.AsSpan(0, count).IndexOf(Encoding.UTF8.GetBytes(text)) >= 0)
                    return;
                if (held is { } until)
                    await until.Task.WaitAsync(ended.Token);
                if (!isSilent)
                    await to.WriteAsync(buffer.AsMemory(0, count), ended.Token);
            }

            if (isSilent)
                await Task.Delay(Timeout.Infinite, ended.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The call is over.
        }
    }
}
