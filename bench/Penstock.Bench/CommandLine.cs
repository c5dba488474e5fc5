using Penstock.Bench.Measuring;
using Penstock.Bench.Suites;

namespace Penstock.Bench;

/// <summary>What was asked for.</summary>
internal sealed record CommandLine
{
    public IReadOnlyList<Suite> Suites { get; private init; } = [];

    public Pace Pace { get; private init; } = Pace.Full;

    /// <summary>Only contests whose name contains this.</summary>
    public string Contest { get; private init; } = "";

    public string? Json { get; private init; }

    public string? Results { get; private init; }

    public bool Help { get; private init; }

    public bool Wants(Contest contest) =>
        !(contest.FullOnly && Pace.InAHurry) && contest.Name.Contains(Contest, StringComparison.OrdinalIgnoreCase);

    public static string Usage =>
        $"""
        Penstock.Bench [suite…] [--only TEXT] [--quick] [--json FILE] [--results FILE.md]

        Suites (default: all)
        {string.Join('\n', Suite.All.Select(suite => $"  {suite.Name,-12} {suite.Topic}"))}

          --only TEXT      contests whose name contains it, for example "12 in flight"
          --quick          fewer contests and short rounds, for a first look and for continuous integration
          --json FILE      one JSON object per line of the tables
          --results FILE   the tables in Markdown, with the machine described
        """;

    /// <exception cref="UsageException">An argument is not understood; the message says which.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var commandLine = new CommandLine();
        for (var i = 0; i < arguments.Count; i++)
        {
            commandLine = arguments[i] switch
            {
                "--quick" => commandLine with { Pace = Pace.Quick },
                "--only" => commandLine with { Contest = Value(arguments, ref i, "part of a contest's name") },
                "--json" => commandLine with { Json = FileName(arguments, ref i) },
                "--results" => commandLine with { Results = FileName(arguments, ref i) },
                "--help" or "-h" => commandLine with { Help = true },
                var name => commandLine with { Suites = [.. commandLine.Suites, Find(name)] },
            };
        }

        if (commandLine.Suites.Count == 0)
            commandLine = commandLine with { Suites = Suite.All };
        if (!commandLine.Help && !commandLine.Suites.Any(suite => suite.Contests.Any(commandLine.Wants)))
            throw new UsageException($"No contest{(commandLine.Contest.Length > 0 ? $" has a name that contains '{commandLine.Contest}'" : "")}{(commandLine.Pace.InAHurry ? " and takes part with --quick" : "")}.");
        return commandLine;
    }

    private static string Value(IReadOnlyList<string> arguments, ref int i, string what) =>
        ++i < arguments.Count ? arguments[i] : throw new UsageException($"{arguments[i - 1]} needs {what}.");

    private static string FileName(IReadOnlyList<string> arguments, ref int i)
    {
        var file = Value(arguments, ref i, "the name of a file");
        // Better said now than after minutes of measuring.
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
            throw new UsageException($"The folder of '{file}' does not exist.");
        return file;
    }

    private static Suite Find(string name) =>
        Suite.Find(name) ?? throw new UsageException($"There is no suite or option '{name}'.");
}
