using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Penstock.Stages;
using Penstock.Tests.Support;

namespace Penstock.Tests.Tracking;

/// <summary>Gives out tickets, the numbers it is given, and writes down what becomes of them.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore that is only awaited holds nothing to dispose.")]
internal sealed class Office
{
    private readonly Channel<int> tickets = Channel.CreateUnbounded<int>();
    private readonly SemaphoreSlim room;
    private readonly Pulse pulse = new();

    /// <param name="maxInFlight">How many tickets may be open at once.</param>
    /// <param name="numbers">The first tickets.</param>
    public Office(int maxInFlight, IEnumerable<int> numbers)
    {
        room = new SemaphoreSlim(maxInFlight);
        foreach (var number in numbers)
            Add(number);
    }

    /// <summary>Why tickets failed, as soon as that is known.</summary>
    public ConcurrentDictionary<int, Exception> Failures { get; } = new();

    /// <summary>What came of each ticket: null if it was done, else the reason. A second settlement fails the run.</summary>
    public ConcurrentDictionary<int, Exception?> Settled { get; } = new();

    /// <summary>What reached the sink, by ticket.</summary>
    public ConcurrentDictionary<int, ConcurrentQueue<object?>> Delivered { get; } = new();

    /// <summary>Told of every delivery before it counts.</summary>
    public Func<int, object?, ValueTask> OnDelivery { get; init; } = (_, _) => default;

    public StageOptions Delivery { get; init; } = new();

    public IEnumerable<int> Done => Settled.Where(t => t.Value is null).Select(t => t.Key).Order();

    public IEnumerable<int> Failed => Settled.Where(t => t.Value is not null).Select(t => t.Key).Order();

    public void Add(int number) => tickets.Writer.TryWrite(number);

    /// <summary>No more tickets will come.</summary>
    public Office Closed()
    {
        tickets.Writer.Complete();
        return this;
    }

    public Task UntilSettled(int number) => pulse.Until(() => Settled.ContainsKey(number));

    public Task UntilSoManyAreSettled(int count) => pulse.Until(() => Settled.Count == count);

    public Task UntilFailed(int number) => pulse.Until(() => Failures.ContainsKey(number));

    public RunnablePipeline Work<TOut>(Func<Pipeline<int>, Pipeline<TOut>> stages) =>
        TrackedPipeline.Create(Pull, ticket => ticket, stages, DeliverAsync, Delivery, Fail, Settle);

    private async IAsyncEnumerable<int> Pull([EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            await room.WaitAsync(ct);
            if (!await tickets.Reader.WaitToReadAsync(ct))
                yield break;
            tickets.Reader.TryRead(out var ticket);
            yield return ticket;
        }
    }

    private async ValueTask DeliverAsync<TOut>(int ticket, TOut item, CancellationToken ct)
    {
        Assert.False(Settled.ContainsKey(ticket), $"{ticket} was settled before it was delivered");
        await OnDelivery(ticket, item);
        Delivered.GetOrAdd(ticket, _ => new()).Enqueue(item);
    }

    private void Fail(int ticket, Exception why)
    {
        Assert.True(Failures.TryAdd(ticket, why), $"{ticket} failed twice");
        pulse.Beat();
    }

    private ValueTask Settle(int ticket)
    {
        Assert.True(Settled.TryAdd(ticket, Failures.GetValueOrDefault(ticket)), $"{ticket} was settled twice");
        room.Release();
        pulse.Beat();
        return default;
    }
}
