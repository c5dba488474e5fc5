using System.Globalization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>What a stage reads and writes depends on the culture of whoever starts the run, wherever it runs.</summary>
public class Cultures
{
    public static TheoryData<Isolation, Execution> Everywhere => new()
    {
        { Isolation.None, Execution.Parallel },
        { Isolation.Thread, Execution.Parallel },
        { Isolation.Thread, Execution.Sequential },
        { Isolation.Process, Execution.Parallel },
    };

    [Theory]
    [MemberData(nameof(Everywhere))]
    public Task Are_the_callers(Isolation isolation, Execution execution) => Within.Time(async () =>
    {
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        CultureInfo.CurrentUICulture = new CultureInfo("fr-FR");
        var expected = Enumerable.Repeat(Look(), 4);
        Assert.StartsWith("de-DE fr-FR", Look(), StringComparison.Ordinal);
        var options = new StageOptions { Isolation = isolation };
        Assert.Equal(expected, await Pipeline.From(Enumerable.Range(0, 4)).Then(LookAtEach, options).To(xs => xs.ToList()).RunAsync(new() { Execution = execution }));
        Assert.Equal(expected, await Pipeline.From(Enumerable.Range(0, 4)).Then(LookAtEachSlowly, options).To(xs => xs.ToList()).RunAsync(new() { Execution = execution }));
    });

    [Fact]
    public Task Are_the_callers_in_a_process_that_replaces_another_one() => Within.Time(async () =>
    {
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        var expected = Enumerable.Repeat(Look(), 3);
        var options = new StageOptions { Isolation = Isolation.Process, RecycleAfter = 1 };
        Assert.Equal(expected, await Pipeline.From(Enumerable.Range(0, 3)).Then(LookAtEach, options).To(xs => xs.ToList()).RunAsync());
    });

    private static IEnumerable<string> LookAtEach(IEnumerable<int> items)
    {
        foreach (var _ in items)
            yield return Look();
    }

    private static async IAsyncEnumerable<string> LookAtEachSlowly(IAsyncEnumerable<int> items)
    {
        await foreach (var _ in items)
        {
            await Task.Yield();
            yield return Look();
        }
    }

    // The tests run without the data of cultures, where the number is the same in all of them.
    private static string Look() => $"{CultureInfo.CurrentCulture.Name} {CultureInfo.CurrentUICulture.Name} {double.Parse("1,5", CultureInfo.CurrentCulture) * 10:F0}";
}
