using System.Globalization;
using ReadDigits.Reading;

namespace ReadDigits;

/// <summary>A command line that cannot be understood.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What the user asked for.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        Reads handwritten digits off scanned pages, in a pipeline of plain C# generators.

        Usage: dotnet run -c Release --project examples/ReadDigits -- [options]

          --pages N      read so many pages (default 64, 360 digits each)
          --workers N    workers of the step Preprocess (default: one less than there are processors, 1 to 4)
          --seconds N    read them again and again for about so long, as a pipeline and by plain composition in turn; the
                         fastest time of each counts (default 12)
          --sequential   read them once, with the whole pipeline on one thread: for debugging
          --isolate      give the model (the step RunModel) a process of its own
          --crash-at N   let page N crash that process by a segmentation fault, to see the page put aside and the run go on;
                         implies --isolate
          --folder DIR   read your own pages: DIR/*.png, 8-bit greyscale, one dark digit in the middle of each cell of
                         40×40 pixels. DIR/page.truth may hold what page.png shows: a line per row, a dot per empty cell
          --seed N       make other pages (default 1)
          --damage N     spoil N of the pages first, to see them put aside
          --out DIR      where made pages and the timeline go (default artifacts/read-digits)
          --help         show this

        Exit code: 0 if all went well, 1 if not, 2 if the options are wrong.
        """;

    public int Pages { get; private init; } = 64;

    public int Workers { get; private init; } = Math.Clamp(Environment.ProcessorCount - 1, 1, 4);

    public int Seconds { get; private init; } = 12;

    public bool Sequential { get; private init; }

    public IsolatedModel? Isolated { get; private init; }

    public string? Folder { get; private init; }

    public int Seed { get; private init; } = 1;

    public int Damage { get; private init; }

    public string Out { get; private init; } = Path.Combine("artifacts", "read-digits");

    public bool Help { get; private init; }

    /// <exception cref="UsageException">With what is wrong.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var options = new CommandLine();
        var hasPages = false;
        for (var index = 0; index < arguments.Count; index++)
        {
            var name = arguments[index];
            options = name switch
            {
                "--help" or "-h" => options with { Help = true },
                "--seconds" => options with { Seconds = Number(0, 3600) },
                "--sequential" => options with { Sequential = true },
                "--isolate" => options with { Isolated = options.Isolated ?? new(CrashAt: null) },
                "--crash-at" => options with { Isolated = new(Number(1, 100_000)) },
                "--pages" => options with { Pages = Number(1, 100_000) },
                "--workers" => options with { Workers = Number(1, 256) },
                "--folder" => options with { Folder = Text() },
                "--seed" => options with { Seed = Number(0, int.MaxValue) },
                "--damage" => options with { Damage = Number(0, 100_000) },
                "--out" => options with { Out = Text() },
                _ => throw new UsageException($"There is no option {name}."),
            };
            hasPages |= name is "--pages";

            string Text() => ++index < arguments.Count ? arguments[index] : throw new UsageException($"{name} needs a value.");

            int Number(int least, int most) =>
                int.TryParse(Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                    ? number
                    : throw new UsageException($"{name} needs a whole number from {least} to {most}, not {arguments[index]}.");
        }

        if (options is { Sequential: true, Isolated: not null })
            throw new UsageException("--sequential runs everything on one thread of one process, so it goes with neither --isolate nor --crash-at.");
        if (options.Isolated?.CrashAt is not null && OperatingSystem.IsWindows())
            throw new UsageException("--crash-at needs the signals of Linux or macOS.");
        if (options.Folder is null)
            return options.WithPageToCrashAt(options.Pages);
        if (options.Damage > 0)
            throw new UsageException("--damage spoils only pages that this program made, so it does not go with --folder.");
        return hasPages ? options : options with { Pages = int.MaxValue };
    }

    /// <exception cref="UsageException">The page to crash at is none of so many pages.</exception>
    public CommandLine WithPageToCrashAt(int pages) => Isolated?.CrashAt > pages
        ? throw new UsageException($"--crash-at {Isolated.CrashAt}: there is no such page, only {pages} of them.")
        : this;
}
