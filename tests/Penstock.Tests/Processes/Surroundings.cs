using Penstock.Tests.Support;

namespace Penstock.Tests.Processes;

/// <summary>What a worker finds around it: environment, descriptors, memory.</summary>
public abstract class Surroundings : WorkerContract
{
    [Fact]
    public Task Nothing_of_the_start_is_left_in_the_environment() => Within.Time(async () =>
    {
        var answer = await AnswerOf(handle => Launch(Entries.ReportEnvironment, handle, ("MINE", "this one's")));
        Assert.Equal(["PENSTOCK_WORKER |", "DOTNET_STARTUP_HOOKS |", "hook ", "own this one's"], answer[..4]);
    });

    [Fact]
    public Task Hooks_that_the_application_has_run_first_and_stay() => Within.Time(async () =>
    {
        var answer = await AnswerOf(handle => Launch(Entries.ReportEnvironment, handle, ("DOTNET_STARTUP_HOOKS", App.Assembly)));
        Assert.Equal([$"DOTNET_STARTUP_HOOKS {App.Assembly}|{App.Assembly}", "hook has run"], answer[1..3]);
    });

    [Fact]
    public Task A_worker_has_a_plain_heap_and_nothing_to_read() => Within.Time(async () =>
    {
        var answer = await AnswerOf(handle => Launch(Entries.ReportEnvironment, handle));
        Assert.Equal("server False", answer[4]);
        Assert.Equal("input 0", answer[6]);
    });

    [Fact]
    public Task What_is_set_for_its_runtime_is_not_handed_on_but_what_the_user_sets_is() => Within.Time(async () =>
    {
        var answer = await AnswerOf(handle => Launch(Entries.ReportEnvironment, handle, ("DOTNET_gcServer", "0")) with { MemoryLimit = 256 << 20 });
        Assert.Equal([Own("DOTNET_GCHeapHardLimit"), "DOTNET_gcServer 0|0", Own("PENSTOCK_PORTABLE")], answer[7..]);

        static string Own(string name) => $"{name} {Environment.GetEnvironmentVariable(name)}|{Environment.GetEnvironmentVariable(name)}";
    });

    [Fact]
    public Task Names_that_are_no_variables_are_refused() => Within.Time(() =>
    {
        foreach (var (name, value) in new[] { ("", "x"), ("A=B", "x"), ("A", "x\0y") })
            Assert.Throws<PipelineDefinitionException>(() => Start(Launch(Entries.Nothing, "", (name, value))));
    });

    [Fact]
    public Task Entries_that_cannot_be_named_are_refused() => Within.Time(() =>
    {
        var captured = 0;
        Assert.Throws<ArgumentException>(() => Start(Launch(_ => captured++)));
    });

    [Fact]
    public Task A_memory_limit_holds_for_managed_and_native_memory() => Within.Time(async () =>
    {
        Assert.Equal(["managed True False", "native True False"], await AnswerOf(handle => Launch(Entries.ReportMemory, handle) with { MemoryLimit = 256 << 20 }));
        Assert.Equal(["managed True True", "native True True"], await AnswerOf(handle => Launch(Entries.ReportMemory, handle)));
    });
}
