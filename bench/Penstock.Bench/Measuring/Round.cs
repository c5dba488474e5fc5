namespace Penstock.Bench.Measuring;

/// <summary>One measured run of one contestant.</summary>
internal sealed record Round(int Items, TimeSpan Elapsed, TimeSpan Processor, long? Bytes)
{
    public IReadOnlyDictionary<string, double>? Figures { get; private init; }

    public static Round Of(Reply reply, int items) =>
        new(items, TimeSpan.FromMicroseconds(reply.ElapsedNs / 1000), TimeSpan.FromMicroseconds(reply.CpuNs / 1000), reply.Bytes)
        {
            Figures = reply.Figures,
        };

    public static Round operator -(Round longer, Round shorter) => new(
        longer.Items - shorter.Items,
        longer.Elapsed - shorter.Elapsed,
        longer.Processor - shorter.Processor,
        longer.Bytes - shorter.Bytes)
    {
        Figures = longer.Figures,
    };

    /// <summary>A figure of the contest by name; not a number if the contestant does not tell it.</summary>
    public double Figure(string name) => Figures is { } figures && figures.TryGetValue(name, out var figure) ? figure : double.NaN;
}
