using System.Globalization;
using Penstock.Hosting.TestApp;

// Another process, for tests of queues that are used by several. It does what its first argument says.
switch (args)
{
    // Submits, pulls, completes, fails and gives back for ever, and keeps a diary in a file.
    case ["work", var queue, var diary, var seed]:
        await Worker.RunAsync(queue, diary, int.Parse(seed, CultureInfo.InvariantCulture));
        return 0;

    // Submits so many jobs with a pause before each, whose payload is the time on the machine's
    // monotonic clock; then prints how many milliseconds the longest submission took, and all together.
    case ["submit", var queue, var count, var milliseconds]:
        await Submitter.RunAsync(queue, int.Parse(count, CultureInfo.InvariantCulture), int.Parse(milliseconds, CultureInfo.InvariantCulture));
        return 0;

    // Waits for jobs for so many seconds, then prints how many percent of a core that took in the quietest of them.
    case ["idle", var queue, var seconds]:
        await Idler.RunAsync(queue, int.Parse(seconds, CultureInfo.InvariantCulture));
        return 0;

    default:
        Console.Error.WriteLine("Penstock.Hosting.TestApp work|submit|idle …: see Program.cs");
        return 2;
}
