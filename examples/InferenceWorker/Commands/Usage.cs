using System.Text;

namespace InferenceWorker.Commands;

/// <summary>What --help shows.</summary>
internal static class Usage
{
    const string Program = "dotnet run -c Release --project examples/InferenceWorker --";

    /// <summary>All commands, and the options of the one that was given.</summary>
    public static string Of(Command command)
    {
        var text = new StringBuilder($"{command.Purpose}\n\nUsage: {Program} {command.Name}{(command.Name.Length > 0 ? " " : "")}[options]\n\n");
        foreach (var option in command.Options)
            text.AppendLine($"  {$"{option.Name} {option.Value}",-27} {option.Meaning}");
        text.AppendLine($"  {"--help",-27} show this");
        text.AppendLine();
        if (command.Name.Length == 0)
        {
            text.AppendLine("A whole fleet takes several processes, each with its own command and --help:\n");
            foreach (var other in Command.All.Skip(1))
                text.AppendLine($"  {other.Name,-8} {other.Purpose}");
            text.AppendLine();
        }

        text.AppendLine("Options also come from environment variables, as Fleet__Queue, and from appsettings.json.");
        text.Append("Exit code: 0 if all went well, 1 if not, 2 if the options are wrong.");
        return text.ToString();
    }
}
