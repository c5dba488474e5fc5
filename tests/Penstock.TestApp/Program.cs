using System.Globalization;
using Penstock;
using Penstock.TestApp;

// An ordinary application, for tests that need one: its workers, its crash, its host options. It does what its first argument says.
if (Environment.GetEnvironmentVariable("TESTAPP_ASKS") is "1")
    PipelineWorker.RunIfRequested();

switch (args)
{
    case ["empty"]:
        return 0;

    // Starts a worker, prints what the worker says, ends with its exit code.
    case ["work"]:
        return await Workers.RunAsync(Workers.Introduce);

    // Starts a worker that never ends, prints its number, and waits for whatever comes.
    case ["wait"]:
        return await Workers.RunAsync(Workers.Wait);

    // Runs a pipeline in three processes for ever, and prints their numbers.
    case ["pipeline"]:
        Pipelines.RunForEver();
        return 0;

    // Runs it until it ends itself, in one way or another.
    case ["end", var way]:
        await Pipelines.EndWithinAsync(way);
        return 0;

    // Does nothing until it is ended.
    case ["sleep"]:
        Signals.Wait();
        return 0;

    // Runs a pipeline in two processes until Ctrl-C, or until SIGTERM.
    case ["cancel"]:
        return await Signals.CancelAsync();
    case ["drain"]:
        return await Signals.DrainAsync();

    // Shared memory and what a run would check before, where the shell has set limits.
    case ["region"]:
        return Regions.Try();

    // From a start to the first line of the worker, and from there to its death being known, in milliseconds.
    case ["measure", var count]:
        await Measuring.RunAsync(int.Parse(count, CultureInfo.InvariantCulture));
        return 0;

    // From kill -9 of a worker to the exception of its run, in milliseconds.
    case ["deaths", var count]:
        await Deaths.RunAsync(int.Parse(count, CultureInfo.InvariantCulture));
        return 0;

    // So many small items through one stage in a process, in items a second.
    case ["pass", var count]:
        Measuring.Pass(int.Parse(count, CultureInfo.InvariantCulture));
        return 0;

    // So many arrays of so many megabytes through one stage in a process, in items a second.
    case ["arrays", var megabytes, var count]:
        Large.Arrays(int.Parse(megabytes, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture));
        return 0;

    // So many buffers of each size, filled in place: in items a second.
    case ["buffers", var count]:
        Large.Buffers(int.Parse(count, CultureInfo.InvariantCulture));
        return 0;

    default:
        Console.Error.WriteLine($"What is '{string.Join(' ', args)}'?");
        return 64;
}
