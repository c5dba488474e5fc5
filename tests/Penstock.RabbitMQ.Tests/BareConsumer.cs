using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Penstock.RabbitMQ.Tests;

/// <summary>The peer of the measurements: the client alone, with prefetch and an acknowledgement for each message.</summary>
internal static class BareConsumer
{
    public static async Task FillAsync(RabbitMqJobQueue<int> queue, int jobs) =>
        await Task.WhenAll(Enumerable.Range(0, jobs).Select(async n => await queue.SubmitAsync(n)));

    public static async Task<double> RateAsync(int jobs, Func<Task> run)
    {
        var started = TimeProvider.System.GetTimestamp();
        await run();
        return jobs / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    public static async Task ConsumeAsync(Uri uri, string queue, int jobs, ushort prefetch)
    {
        var connection = await new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        await using (connection)
        {
            var channel = await connection.CreateChannelAsync();
            await channel.BasicQosAsync(0, prefetch, global: false);
            var messages = Channel.CreateUnbounded<(ulong Tag, byte[] Body)>(new() { SingleReader = true, SingleWriter = true });
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) =>
            {
                messages.Writer.TryWrite((message.DeliveryTag, message.Body.ToArray()));
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
            for (var left = jobs; left > 0; left--)
            {
                var message = await messages.Reader.ReadAsync();
                await channel.BasicAckAsync(message.Tag, multiple: false);
            }

            await channel.CloseAsync();
        }
    }
}
