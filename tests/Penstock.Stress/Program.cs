using System.Globalization;
using Penstock.Stress;

// dotnet run -c Release --project tests/Penstock.Stress -- [--seconds N] [--seed S] [--scenario NAME]
var (time, seed, only) = (TimeSpan.FromSeconds(60), Environment.TickCount, (string?)null);
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
        default:
            Console.Error.WriteLine($"usage: [--seconds N] [--seed S] [--scenario {string.Join(" | ", Suite.Scenarios.Select(s => s.Name))}]");
            return 2;
    }
}

try
{
    Suite.Run(time, seed, only, Console.WriteLine);
    return 0;
}
catch (StressException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
