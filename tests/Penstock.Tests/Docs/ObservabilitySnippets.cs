using System.Diagnostics.Metrics;
using Penstock.Tests.Support;

namespace Penstock.Tests.Docs;

/// <summary>docs/observability.md shows what runs, and names every instrument with its unit, and every key.</summary>
public class ObservabilitySnippets
{
    private const string Guide = "docs/observability.md";

    [Fact]
    public void The_guide_shows_what_runs() => Assert.Equal(Snippets.ThatRun(), Snippets.ShownIn(Guide));

    [Fact]
    public Task A_run_says_what_it_is_doing() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Items.Endless).To(Items.Drop);
        #region snippet
        await using var run = pipeline.Start(new RunOptions { Name = "scans" });
        Console.WriteLine(run.Snapshot());
        #endregion
        Assert.Equal("scans", run.Snapshot().Name);
    });

    [Fact]
    public Task Every_instrument_is_in_the_table_with_its_unit() => Within.Time(async () =>
    {
        var rows = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == "Penstock")
                rows.Add($"| `{instrument.Name}` | {Kind(instrument)} | `{instrument.Unit}` |");
        };
        await Pipeline.From([1]).To(items => items.Sum()).RunAsync();
        listener.Start();

        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Contains(row, Snippets.Read(Guide), StringComparison.Ordinal));
    });

    [Fact]
    public Task A_failure_says_where_it_comes_from_as_the_table_does() => Within.Time(async () =>
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Pipeline.From([1]).Then(Fail).To(Items.Drop).RunAsync());

        var keys = error.Data.Keys.Cast<string>().Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["Penstock.Item", "Penstock.Stage", "Penstock.Worker"], keys);
        Assert.All(keys, key => Assert.Contains($"| `{key}` |", Snippets.Read(Guide), StringComparison.Ordinal));
    });

    private static IEnumerable<int> Fail(IEnumerable<int> items) => items.Select(int (_) => throw new InvalidOperationException());

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        "ObservableUpDownCounter" => "up-down counter",
        var other => other,
    };
}
