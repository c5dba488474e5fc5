namespace InferenceWorker.Commands;

/// <summary>What the user asked for.</summary>
internal sealed record CommandLine(Command Command, bool Help, IReadOnlyDictionary<string, string?> Settings)
{
    /// <exception cref="UsageException">With what is wrong.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var name = arguments is [[not '-', ..], ..] ? arguments[0] : "";
        var command = Command.All.FirstOrDefault(known => Is(known.Name, name))
            ?? throw new UsageException($"There is no command {name}, only {string.Join(", ", Command.All.Skip(1).Select(known => known.Name))}.");

        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var index = name.Length > 0 ? 1 : 0; index < arguments.Count; index++)
        {
            if (arguments[index] is "--help" or "-h")
                return new(command, Help: true, settings);
            var option = command.Options.FirstOrDefault(known => Is(known.Name, arguments[index]))
                ?? throw new UsageException($"There is no option {arguments[index]}{(name.Length > 0 ? $" of {name}" : "")}; see --help.");
            settings[option.Key] = ++index < arguments.Count ? arguments[index] : throw new UsageException($"{option.Name} needs a value: {option.Meaning}.");
        }

        return new(command, Help: false, settings);
    }

    static bool Is(string known, string given) => string.Equals(known, given, StringComparison.Ordinal);
}
