using System.Globalization;

namespace Penstock.Processes;

/// <summary>The environment variable that makes a process a worker: who started it, and where its start message is.</summary>
internal static class WorkerVariable
{
    public const string Name = "PENSTOCK_WORKER";

    public static string Format(string handle) => string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId};{handle}");

    public static (int Parent, string Handle) Parse(string value)
    {
        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        return semicolon > 0 && PlainNumber.TryParse(value.AsSpan(0, semicolon), out var parent) && parent <= int.MaxValue
            ? ((int)parent, value[(semicolon + 1)..])
            : throw new InvalidOperationException($"The environment variable {Name} is set to '{value}', which no pipeline does. Remove it.");
    }
}
