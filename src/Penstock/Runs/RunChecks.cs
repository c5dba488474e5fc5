using Penstock.Stages;

namespace Penstock.Runs;

/// <summary>What can be known to be wrong before a run starts.</summary>
internal static class RunChecks
{
    public static Run Create(Stage last, RunOptions? options)
    {
        options ??= new RunOptions();
        Require(Enum.IsDefined(options.Execution), $"RunOptions.Execution = {(int)options.Execution} is none of the ways to execute");
        Require(options.Isolation is not { } isolation || Enum.IsDefined(isolation), $"RunOptions.Isolation = {options.Isolation} is none of the levels");
        Require(options.IdleTimeout is null || options.IdleTimeout > TimeSpan.Zero, $"RunOptions.IdleTimeout = {options.IdleTimeout}: use more than 0, or leave it out");
        Require(options.StopTimeout >= TimeSpan.Zero, $"RunOptions.StopTimeout = {options.StopTimeout}: use 0 or more");
        Require(options.TimeProvider is not null, "RunOptions.TimeProvider is null: leave it out, or give a clock");
        if (options.Execution == Execution.Sequential)
            return new Run(options); // on the caller's thread, whatever the stages ask for

        var processes = ProcessChecks.Require(last, options);
        return new Run(options) { Memory = processes > 0 ? RunMemory.Create(processes, options.IsPortable, options.FileSpace) : null };
    }

    private static void Require(bool holds, string complaint)
    {
        if (!holds)
            throw new PipelineDefinitionException($"{complaint}.");
    }
}
