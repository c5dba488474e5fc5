namespace Penstock.Tests.Support;

/// <summary>Counts what exists at once, and remembers the most.</summary>
internal sealed class Gauge
{
    private long now;
    private long most;

    public long Now => Interlocked.Read(ref now);

    public long Most => Interlocked.Read(ref most);

    public void Enter(long amount = 1)
    {
        var seen = Interlocked.Add(ref now, amount);
        for (var before = Most; seen > before; before = Most)
            Interlocked.CompareExchange(ref most, seen, before);
    }

    public void Leave(long amount = 1) => Interlocked.Add(ref now, -amount);
}
