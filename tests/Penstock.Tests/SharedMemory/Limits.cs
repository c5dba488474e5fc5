using Penstock.SharedMemory;
using Penstock.Tests.Support;

namespace Penstock.Tests.SharedMemory;

public class Limits
{
    [Fact]
    public void What_fits_is_let_through() => SharedMemoryCheck.Require(4L << 40, 1 << 20);

    [Fact]
    public void More_than_the_machine_has_is_refused_with_what_to_do()
    {
        var exception = Assert.Throws<PipelineDefinitionException>(() => SharedMemoryCheck.Require(1 << 20, 1L << 60));
        Assert.Contains("MaxInFlight", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-f 10000000", "RLIMIT_FSIZE")]
    [InlineData("-v 1000000000", "RLIMIT_AS")]
    // Not so low that the runtime itself could not start.
    public Task A_limit_of_the_shell_is_named(string limit, string name) => Within.Time(async () =>
    {
        var app = await App.RunAsync("/bin/sh", ["-c", $"ulimit {limit}; exec {App.Host} region"]);
        Assert.Contains(name, app.Output, StringComparison.Ordinal);
        Assert.Equal(65, app.ExitCode);
    });

    [Theory]
    [InlineData("-f 10000000", "RLIMIT_FSIZE")]
    [InlineData("-v 20000000", "RLIMIT_AS")]
    public Task A_run_is_refused_before_it_starts(string limit, string name) => Within.Time(async () =>
    {
        var app = await App.RunAsync("/bin/sh", ["-c", $"ulimit {limit}; exec {App.Host} pipeline"]);
        Assert.Contains(nameof(PipelineDefinitionException), app.Error, StringComparison.Ordinal);
        Assert.Contains(name, app.Error, StringComparison.Ordinal);
        Assert.Contains("MaxInFlight", app.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, app.ExitCode);
    });

    [Fact]
    public Task A_worker_for_which_there_is_no_descriptor_is_named() => Within.Time(async () =>
    {
        // How many the runtime needs for itself nobody says: with few it fails on its own, with many nothing is refused.
        var errors = new List<string>();
        for (var most = 60; most <= 84; most += 3)
        {
            using var app = App.Start("/bin/sh", ["-c", $"ulimit -n {most}; exec timeout -s KILL 20 {App.Host} pipeline"]);
            var error = app.StandardError.ReadToEndAsync();
            if (await app.StandardOutput.ReadLineAsync() is not null)
                app.Kill(entireProcessTree: true); // it has got all it needs, and would run for ever
            errors.Add(await error);
        }

        Assert.Contains(errors, e => e.Contains("of stage '", StringComparison.Ordinal) && e.Contains("RLIMIT_NOFILE", StringComparison.Ordinal));
    }, TimeSpan.FromMinutes(5)); // nine applications, each of which may take its 20 seconds
}
