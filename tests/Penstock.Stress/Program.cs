using System.Globalization;
using Penstock.Stress;
using Penstock.Stress.Processes;

// dotnet run -c Release --project tests/Penstock.Stress -- [--seconds N] [--seed S] [--scenario NAME] | [--process-runs N] [--seed S]
var (time, seed, only, processRuns) = (TimeSpan.FromSeconds(60), Environment.TickCount, (string?)null, 0);
for (var i = 0; i < args.Length; i++)
{
    var value = i + 1 < args.Length ? args[i + 1] : "";
    switch (args[i])
    {
        case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds):
            time = TimeSpan.FromSeconds(seconds);
            i++;
            break;
        case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out var number):
            seed = number;
            i++;
            break;
        case "--scenario" when Suite.Scenarios.Any(s => string.Equals(s.Name, value, StringComparison.OrdinalIgnoreCase)):
            only = value;
            i++;
            break;
        case "--process-runs" when int.TryParse(value, CultureInfo.InvariantCulture, out var runs):
            processRuns = runs;
            i++;
            break;
        default:
            Console.Error.WriteLine($"usage: [--seconds N] [--seed S] [--scenario {string.Join(" | ", Suite.Scenarios.Select(s => s.Name))}] | [--process-runs N] [--seed S]");
            return 2;
    }
}

try
{
    if (processRuns > 0)
        ShortRuns.Run(processRuns, seed, Console.WriteLine);
    else
        Suite.Run(time, seed, only, Console.WriteLine);
    return 0;
}
catch (StressException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
