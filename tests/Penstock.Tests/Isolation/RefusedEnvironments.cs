using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>What cannot be an environment variable of a worker is refused with the stage's name.</summary>
public class RefusedEnvironments
{
    [Theory]
    [InlineData("A", null)]
    [InlineData("A", "x\0y")]
    [InlineData("A=B", "x")]
    [InlineData("", "x")]
    public Task The_error_names_the_stage_and_the_option(string name, string? value) => Within.Time(async () =>
    {
        var options = Beside.Process with { Name = "model", WorkerEnvironment = _ => new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value! } };
        var refused = await Assert.ThrowsAsync<PipelineDefinitionException>(() => Pipeline.From([1]).Then(Steps.Pass, options).ToListAsync());
        Assert.Contains($"WorkerEnvironment of model #0: '{name}'", refused.Message, StringComparison.Ordinal);
    });
}
