namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>A test that needs a RabbitMQ server: skipped where none is installed, unless PENSTOCK_REQUIRE_BROKER=1 says that this is a failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrokerFactAttribute : FactAttribute
{
    public BrokerFactAttribute()
    {
        Timeout = 120_000;
        if (Environment.GetEnvironmentVariable("PENSTOCK_REQUIRE_BROKER") is not "1")
            Skip = Broker.Missing;
    }
}
