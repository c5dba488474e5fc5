using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>
/// The whole life of a worker process, on its main thread. Everything here is on the way from a start to the first result, so it stays
/// clear of what is slow to load: consoles, regular expressions, JSON, LINQ.
/// </summary>
internal static class WorkerMain
{
    public static void RunFromHook() => Run(isHook: true);

    public static void RunFromMain() => Run(isHook: false);

    private static void Run(bool isHook)
    {
        var variable = Environment.GetEnvironmentVariable(WorkerVariable.Name);
        if (variable is null)
            return;
        var (parent, handle) = WorkerVariable.Parse(variable);
        var watch = ParentWatch.Begin(parent); // first: from here on this process cannot outlive its parent
        ForgetStart(isHook);
        GlobalBarrier.Prepare();

        var message = StartMessage.Read(handle);
        foreach (var (name, value) in message.FormerVariables)
            Set(name, value);
        if (message.MemoryLimit is { } limit)
            MemoryShare.Limit(limit);
        AssemblyLocations.Use(message.Assemblies);
        watch.Start(SharedRegion.IsFile(handle));
        message.Entry.Bind<Action<WorkerArguments>>()(new(message.Name, message.Payload, parent, message.Setups, watch));
        Environment.Exit(Environment.ExitCode);
    }

    // Before any code of the user: what a stage starts in turn must not take itself for a worker of ours.
    private static void ForgetStart(bool isHook)
    {
        Set(WorkerVariable.Name, null);
        if (isHook)
            Set(StartupHooks.Variable, StartupHooks.Restore(Environment.GetEnvironmentVariable(StartupHooks.Variable)));
    }

    // Also in the block that native code sees and hands to its children: the runtime changes its own copy alone.
    private static void Set(string name, string? value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows())
            NativeEnvironment.Set(name, value);
    }
}
