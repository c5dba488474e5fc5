using Penstock.Stages.Crews;

namespace Penstock.Tests.Support;

/// <summary>So many helpers, whatever steps cost; all sources are taken for quick ones, and workers have as many items at once as there can be.</summary>
internal sealed class Fixed(int helpers, bool isAll) : Staffing(workers: 1, frequency: 1)
{
    public override int Helpers => helpers;

    public override bool ConsumerHelps => !isAll;

    public override bool IsQuick(long ticks) => true;

    public override int Together => Stint.Longest;

    public override void Report(long ticks)
    {
    }
}

/// <summary>Another number of helpers after every other step, and another opinion of the source.</summary>
internal sealed class FickleStaffing(int workers) : Staffing(workers: 1, frequency: 1)
{
    private int reports;

    public override int Helpers => reports / 2 % (workers + 2);

    public override bool ConsumerHelps => Helpers <= workers;

    public override bool IsQuick(long ticks) => reports % 3 == 0;

    public override int Together => reports % 5;

    public override void Report(long ticks) => reports++;
}

/// <summary>How a crew may be staffed in tests.</summary>
internal static class Staffings
{
    public static IReadOnlyDictionary<string, Func<int, Staffing>?> All { get; } = new Dictionary<string, Func<int, Staffing>?>
    {
        ["as measured"] = null,
        ["the consumer alone"] = static _ => new Fixed(helpers: 0, isAll: false),
        ["one helper"] = static _ => new Fixed(helpers: 1, isAll: false),
        ["all helpers"] = static workers => new Fixed(workers + 1, isAll: true),
        ["fickle"] = static workers => new FickleStaffing(workers),
    };
}
