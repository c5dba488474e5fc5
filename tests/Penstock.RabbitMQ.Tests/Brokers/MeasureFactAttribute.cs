namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>A measurement: it takes a while and says little on a busy machine, so it runs only when PENSTOCK_MEASURE=1 asks for it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MeasureFactAttribute : FactAttribute
{
    public MeasureFactAttribute()
    {
        Timeout = 300_000;
        Skip = Environment.GetEnvironmentVariable("PENSTOCK_MEASURE") is "1" ? Broker.Missing : "a measurement; PENSTOCK_MEASURE=1 runs it";
    }
}
