using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Reliability;

/// <summary>Every fault at every moment. The places and policies go by turns here; all of them are in <see cref="WholeMatrix"/>.</summary>
public abstract class FaultMatrix
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    protected static TheoryData<Accident, Moment, Place, Policy> Part(int part, int of)
    {
        var data = new TheoryData<Accident, Moment, Place, Policy>();
        foreach (var scene in Scene.Sample.Where((_, i) => i % of == part))
            data.Add(scene.Kind, scene.Moment, scene.Place, scene.Policy);
        return data;
    }

    internal static Task Play(Scene scene, Action<TimeSpan>? took = null) => Within.Time(async () =>
    {
        using var trial = new Trial(scene);
        var time = await trial.PlayAsync();
        took?.Invoke(time);
    }, Limit);
}

/// <summary>One half of the sample; the other runs beside it.</summary>
public class FirstHalfOfFaults : FaultMatrix
{
    public static TheoryData<Accident, Moment, Place, Policy> Half => Part(0, 2);

    [Theory]
    [MemberData(nameof(Half))]
    public Task Each_fault_has_its_outcome(Accident kind, Moment moment, Place place, Policy policy) => Play(new(kind, moment, place, policy));
}

public class SecondHalfOfFaults : FaultMatrix
{
    public static TheoryData<Accident, Moment, Place, Policy> Half => Part(1, 2);

    [Theory]
    [MemberData(nameof(Half))]
    public Task Each_fault_has_its_outcome(Accident kind, Moment moment, Place place, Policy policy) => Play(new(kind, moment, place, policy));
}
