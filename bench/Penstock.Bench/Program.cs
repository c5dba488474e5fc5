using Penstock.Bench;
using Penstock.Bench.Measuring;
using Penstock.Bench.Reporting;

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

try
{
    await RunAsync(commandLine);
    return 0;
}
catch (Exception e) when (e is WrongResultException or TimeoutException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static async Task RunAsync(CommandLine commandLine)
{
    var referee = new Referee(commandLine.Pace);
    var table = new ConsoleTable(Console.Out);
    var lines = new List<Line>();
    Console.WriteLine($"{Machine.Description}\n");

    foreach (var suite in commandLine.Suites)
    {
        Console.WriteLine($"{suite.Name}: {suite.Topic}\n");
        var before = lines.Count;
        foreach (var contest in suite.Contests.Where(c => c.Name.Contains(commandLine.Contest, StringComparison.OrdinalIgnoreCase)))
        {
            var added = await referee.RunAsync(suite.Name, contest);
            table.Write(added);
            lines.AddRange(added);
        }

        table.WriteClaims(lines[before..]);
    }

    if (commandLine.Json is { } json)
        JsonLines.Save(json, lines);
    if (commandLine.Results is { } file)
        MarkdownReport.Save(file, commandLine.Pace, lines);
}
