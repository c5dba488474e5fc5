using System.Text;

namespace Penstock.RabbitMQ.Messages;

/// <summary>Text in the tables of the protocol, which the client hands out as the bytes that came.</summary>
internal static class AmqpText
{
    public static string? From(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        null => null,
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
    };
}
