using Penstock.Bench;
using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;
using Penstock.Bench.Reporting;

switch (args)
{
    case [ContestantMain.Verb, Starting.NothingToDo]:
        return 0;
    case [ContestantMain.Verb, BusyProcesses.Verb]:
        BusyProcesses.Run();
        return 0;
    case [ContestantMain.Verb, var suite, var contest, var name]:
        await ContestantMain.RunAsync(suite, contest, name);
        return 0;
}

CommandLine commandLine;
try
{
    commandLine = CommandLine.Parse(args);
}
catch (UsageException e)
{
    Console.Error.WriteLine($"{e.Message}\n\n{CommandLine.Usage}");
    return 2;
}

if (commandLine.Help)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

var lines = await RunAsync(commandLine);
return lines.Any(line => line.Failed) ? 1 : 0;

static async Task<List<Line>> RunAsync(CommandLine commandLine)
{
    using var workshop = new Workshop();
    var referee = new Referee(commandLine.Pace, workshop);
    var table = new ConsoleTable(Console.Out);
    var lines = new List<Line>();
    Console.WriteLine($"{Machine.Description}\n");
    var load = Machine.Load;
    if (load > Environment.ProcessorCount / 2.0)
        Console.WriteLine($"The machine is busy (load {load}): figures to look at, not to keep.\n");

    foreach (var suite in commandLine.Suites)
    {
        Console.WriteLine($"{suite.Name}: {suite.Topic}\n");
        var before = lines.Count;
        foreach (var contest in suite.Contests.Where(commandLine.Wants))
        {
            var added = await referee.RunAsync(suite.Name, contest);
            table.Write(added);
            lines.AddRange(added);
            // Kept as they come: what is measured stays measured, whatever happens next.
            if (commandLine.Json is { } json)
                JsonLines.Save(json, lines);
        }

        table.Write(suite.Findings(lines[before..]));
    }

    if (commandLine.Results is { } file)
        MarkdownReport.Save(file, commandLine.Pace, load, lines);
    return lines;
}
