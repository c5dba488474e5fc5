using Penstock.Tests.Support;

namespace Penstock.Tests.Telemetry;

/// <summary>ToString and ToMermaid.</summary>
public class Pictures
{
    [Fact]
    public void A_pipeline_is_drawn_in_one_line()
    {
        var open = Pipeline.From(Items.Endless).Then(Increment, new() { Workers = 4 });
        Assert.Equal("Endless ─7→ Increment ×4 ─7→ …", open.ToString());
        Assert.Equal("Endless ─7→ Increment ×4 ─7→ Drop", open.To(Items.Drop).ToString());
        Assert.Equal("Endless ─7→ Increment ×4 ─9→ drop ×3", open.To(Items.Drop, new() { Name = "drop", Workers = 3 }).ToString());
    }

    [Fact]
    public void Names_come_from_methods_local_functions_and_options_and_lambdas_are_named_for_what_they_do()
    {
        static IEnumerable<int> Local(IEnumerable<int> items) => items;
        var pipeline = Pipeline.From(() => Items.Endless()).Then(Local).Then(xs => xs).Select(x => x, new()).Where(x => true, new()).SelectMany(x => new[] { x }, new()).Batch(3).Select(x => x, new() { Name = "named" });
        Assert.Equal("Source ─4→ Local ─4→ Stage ─4→ Select ─4→ Where ─4→ SelectMany ─4→ Batch ─4→ named ─4→ Sink", pipeline.To(xs => xs.Count()).ToString());
    }

    [Fact]
    public void Links_show_their_capacity_and_processes_their_sign() => Assert.Equal(
        "Endless ─1→ Increment ⧉ ─64→ …",
        Pipeline.From(Items.Endless, new() { MaxInFlight = 1 }).Then(Increment, new() { Isolation = Isolation.Process, MaxInFlight = 64 }).ToString());

    [Fact]
    public void Chained_operators_are_not_drawn() =>
        Assert.Equal("Endless ─4→ …", Pipeline.From(Items.Endless).Select(x => x + 1).Where(x => x > 3).ToString());

    [Fact]
    public void A_pipeline_is_drawn_as_a_flowchart()
    {
        const string expected =
            """
            flowchart LR
                s0(["Endless"])
                s1["Increment ×2"]
                s2(["say #quot;x#quot;"])
                s0 -->|5| s1
                s1 -->|8| s2

            """;
        var pipeline = Pipeline.From(Items.Endless).Then(Increment, new() { Workers = 2, MaxInFlight = 8 }).To(Items.Drop, new() { Name = "say \"x\"" });
        Assert.Equal(expected, pipeline.ToMermaid(), ignoreLineEndingDifferences: true);
    }

    private static IEnumerable<int> Increment(IEnumerable<int> items) => items.Select(x => x + 1);
}
