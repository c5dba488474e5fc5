using System.Threading.Channels;

namespace Penstock.Bench.Peers;

/// <summary>Plain generators put on threads of their own by hand, with a channel behind each.</summary>
internal static class ChannelThreads
{
    /// <summary>The items of a step that runs on a thread of its own.</summary>
    /// <param name="items">The step, not begun yet.</param>
    /// <param name="room">How many items the channel holds.</param>
    public static IEnumerable<T> Through<T>(IEnumerable<T> items, int room)
    {
        var channel = Channel.CreateBounded<T>(new BoundedChannelOptions(room) { SingleReader = true, SingleWriter = true });
        _ = Task.Factory.StartNew(() =>
        {
            foreach (var item in items)
            {
                if (!channel.Writer.TryWrite(item))
                    channel.Writer.WriteAsync(item).AsTask().Wait();
            }

            channel.Writer.Complete();
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return channel.Reader.ReadAllAsync().ToBlockingEnumerable();
    }
}
