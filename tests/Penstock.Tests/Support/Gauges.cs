namespace Penstock.Tests.Support;

/// <summary>How many items are alive before a stage and behind it. Its consumer tells when it is done with one.</summary>
internal sealed class Gauges
{
    public Gauge Before { get; } = new();

    public Gauge Behind { get; } = new();

    /// <summary>The source.</summary>
    public IEnumerable<int> Produce(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Before.Enter();
            yield return i;
        }
    }

    /// <summary>The stage.</summary>
    public IEnumerable<int> Pass(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            Behind.Enter();
            yield return item;
            Before.Leave();
        }
    }
}
