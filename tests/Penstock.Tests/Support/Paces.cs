using Penstock.Stages.Ahead;

namespace Penstock.Tests.Support;

/// <summary>Runs ahead from the second item on, whatever items cost.</summary>
internal sealed class AlwaysAhead() : Pace(frequency: 1)
{
    public override bool IsTimeToRunAhead(long producing, long consuming, out bool isCostly) => isCostly = true;

    public override bool IsTimeToRest(long producing, long consuming) => false;
}

/// <summary>Goes ahead and rests again all the time.</summary>
internal sealed class Fickle() : Pace(frequency: 1)
{
    private int asked;

    public override bool IsTimeToRunAhead(long producing, long consuming, out bool isCostly)
    {
        isCostly = true;
        return ++asked % 2 == 0;
    }

    public override bool IsTimeToRest(long producing, long consuming) => ++asked % 3 == 0;
}

/// <summary>When a stage without a thread may run ahead in tests.</summary>
internal static class Paces
{
    public static IReadOnlyDictionary<string, Func<Pace>?> All { get; } = new Dictionary<string, Func<Pace>?>
    {
        ["as measured"] = null,
        ["always ahead"] = static () => new AlwaysAhead(),
        ["fickle"] = static () => new Fickle(),
    };
}
