using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Penstock.Processes;
using Penstock.SharedMemory;
using Penstock.Tests.Support;

namespace Penstock.Tests.Processes;

/// <summary>Ordinary applications start themselves again.</summary>
[Collection(nameof(Alone))]
public class Applications
{
    private const string Hooks = "DOTNET_STARTUP_HOOKS";

    private static readonly string[] Options = ["exec", "--runtimeconfig", App.Host + ".runtimeconfig.json", "--depsfile", App.Host + ".deps.json", "--roll-forward", "Minor"];

    public static TheoryData<string, string[]> Starts => new()
    {
        { App.Host, [] },
        { "dotnet", [App.Assembly] },
        { "dotnet", ["exec", App.Assembly] },
        { "dotnet", ["--roll-forward", "LatestMinor", App.Assembly] },
        { "dotnet", [.. Options, App.Assembly] },
    };

    [Theory]
    [MemberData(nameof(Starts))]
    public Task However_it_was_started_its_workers_start_and_their_main_does_not_run(string file, string[] arguments) => Within.Time(async () =>
    {
        await MustWork(portable: "0");
        await MustWork(portable: "1");

        async Task MustWork(string portable)
        {
            var app = await App.RunAsync(file, [.. arguments, "work"], ("PENSTOCK_PORTABLE", portable));
            Assert.Contains("arguments: 0\nhooks: ''\n", app.Output, StringComparison.Ordinal);
            Assert.Equal("", app.Error);
            Assert.Equal(3, app.ExitCode);
        }
    });

    [Fact]
    public Task It_may_be_started_from_its_own_folder_and_keep_its_hooks() => Within.Time(async () =>
    {
        var app = await App.RunAsync("/bin/sh", ["-c", $"cd {App.Folder} && exec dotnet exec --depsfile ./Penstock.TestApp.deps.json Penstock.TestApp.dll work"], (Hooks, App.Assembly));
        Assert.Contains($"hooks: '{App.Assembly}'", app.Output, StringComparison.Ordinal);
        Assert.Equal(3, app.ExitCode);
    });

    [Fact]
    public Task One_that_may_not_be_looked_into_hands_over_by_a_file_and_leaves_none() => Within.Time(async () =>
    {
        var before = StartFiles();
        var app = await App.RunAsync(App.Host, ["work"], ("TESTAPP_SECRET", "1"));
        Assert.Equal(3, app.ExitCode);
        Assert.Empty(StartFiles().Except(before, StringComparer.Ordinal));

        static string[] StartFiles() => Directory.GetFiles(FileRegion.Folder, "penstock-start-*");
    });

    [Fact]
    public Task With_hooks_switched_off_the_error_says_what_to_call_and_calling_it_helps() => Within.Time(async () =>
    {
        var configuration = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.runtimeconfig.json");
        try
        {
            var json = JsonNode.Parse(await File.ReadAllTextAsync(App.Host + ".runtimeconfig.json"))!;
            json["runtimeOptions"]!["configProperties"]!["System.StartupHookProvider.IsSupported"] = false;
            await File.WriteAllTextAsync(configuration, json.ToJsonString());
            string[] arguments = ["exec", "--runtimeconfig", configuration, "--depsfile", App.Host + ".deps.json", App.Assembly, "work"];

            var app = await App.RunAsync("dotnet", arguments);
            Assert.Contains("PipelineWorker.RunIfRequested()", app.Output, StringComparison.Ordinal);
            Assert.Equal(65, app.ExitCode);

            app = await App.RunAsync("dotnet", arguments, ("TESTAPP_ASKS", "1"));
            Assert.Contains("arguments: 0\nhooks: ''\n", app.Output, StringComparison.Ordinal);
            Assert.Equal(3, app.ExitCode);
        }
        finally
        {
            File.Delete(configuration);
        }
    });

    [Fact]
    public Task A_worker_that_was_kept_from_becoming_one_starts_nothing() => Within.Time(async () =>
    {
        var app = await App.RunAsync(App.Host, ["work"], ("PENSTOCK_WORKER", "1;/proc/1/fd/1:1"));
        Assert.Contains("RunIfRequested", app.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("worker", app.Output, StringComparison.Ordinal);
        Assert.Equal(70, app.ExitCode);
    });

    [Fact]
    public Task A_process_whose_parent_is_another_one_does_not_take_itself_for_a_worker() => Within.Time(async () =>
    {
        var app = await App.RunAsync(App.Host, ["work"], ("PENSTOCK_WORKER", "1;/proc/1/fd/1:1"), (Hooks, typeof(Pipeline).Assembly.Location));
        Assert.Contains("which is not its parent", app.Error, StringComparison.Ordinal);
        Assert.Equal(("", 1), (app.Output, app.ExitCode));
    });

    [Theory]
    [InlineData("0", "0")]
    [InlineData("0", "1")]
    [InlineData("1", "0")]
    public Task No_worker_outlives_a_killed_parent(string portable, string unbound) => Within.Time(() =>
    {
        using var app = App.Start(App.Host, ["wait"], ("PENSTOCK_PORTABLE", portable), ("TESTAPP_UNBOUND", unbound));
        var worker = int.Parse(app.StandardOutput.ReadLine()!.Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.Equal("waiting", app.StandardOutput.ReadLine());
        var descriptor = PidDescriptor.Open(worker);
        Assert.False(Descriptors.WaitUntilReadable(descriptor, 0));
        app.Kill();
        var start = Stopwatch.GetTimestamp();
        while (!Descriptors.WaitUntilReadable(descriptor, 10_000)) // interrupted by signals
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 60);
        _ = Descriptors.Close(descriptor);
        Assert.Empty(Directory.GetFiles(FileRegion.Folder, $"penstock-*-{app.Id}-*"));
        DiagnosticFiles.Remove(app.Id); // nobody else would
        DiagnosticFiles.Remove(worker);
    });
}
