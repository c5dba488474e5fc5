using Penstock;
using ReadDigits;
using ReadDigits.Digits;
using ReadDigits.Pages;
using ReadDigits.Report;
using ReadDigits.Timelines;

try
{
    var options = CommandLine.Parse(args);
    if (options.Help)
    {
        Console.WriteLine(CommandLine.Usage);
        return 0;
    }

    return ReadAll(options, options.Folder is null ? MakePages(options) : OwnPages(options));
}
catch (UsageException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}\n\n{CommandLine.Usage}");
    return 2;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}

static PageFolder MakePages(CommandLine options)
{
    var folder = Path.Combine(options.Out, PageMaker.FolderName(options.Seed));
    Directory.CreateDirectory(folder);
    var maker = new PageMaker(DigitSample.ReadTestSplit(Shipped("Data", "digits.csv")), options.Seed);
    var pages = Pipeline
        .From(Enumerable.Range(1, options.Pages))
        .Select(number => maker.Make(folder, number), new() { Name = "MakePage", Workers = Environment.ProcessorCount });

    var done = 0;
    ProgressDisplay.Follow($"Pages in {folder}", options.Pages, "pages", ["MakePage"], _ => done, () =>
    {
        foreach (var page in pages.AsEnumerable())
            done = page.Number;
        return done;
    });

    var made = new PageFolder(folder, options.Pages);
    return options.Damage > 0 ? PageDamage.Copy(made, options.Damage) : made;
}

static PageFolder OwnPages(CommandLine options)
{
    var folder = new PageFolder(options.Folder!, options.Pages);
    var pages = folder.Files().Count();
    if (pages == 0)
        throw new InvalidDataException($"There are no pages (*.png) in {folder.Path}.");
    options.WithPageToCrashAt(pages);
    return folder;
}

static int ReadAll(CommandLine options, PageFolder folder)
{
    var weights = Shipped("Model", "digits.weights.bin");
    if (options.Sequential)
    {
        var run = ReadRun.AsPipeline("One thread", folder, weights, options.Workers, Execution.Sequential);
        Summary.WriteReading(run);
        Summary.WriteSpeed(run);
        WriteTimeline(options.Out, ("On one thread", run));
        return run.Tally.Pages > 0 ? 0 : 1;
    }

    var comparison = Comparison.Of(folder, weights, options.Workers, TimeSpan.FromSeconds(options.Seconds), options.Isolated);
    Summary.WriteReading(comparison.Pipeline);
    if (comparison.Plain is null)
        return 1;

    Summary.WriteSpeed(comparison.Plain, comparison.Pipeline);
    WriteTimeline(options.Out, ("Plain composition", comparison.Plain), ("Pipeline", comparison.Pipeline));
    if (options.Isolated is not null)
        Summary.WriteIsolated(comparison.Pipeline);
    if (comparison.IsSame)
        return 0;
    Console.Error.WriteLine("The pipeline and plain composition read different things, which must not happen.");
    return 1;
}

static void WriteTimeline(string folder, params (string Title, ReadRun Run)[] runs)
{
    Directory.CreateDirectory(folder);
    var path = Path.Combine(folder, "timeline.svg");
    File.WriteAllText(path, TimelinePicture.Draw([.. runs.Select(run => (run.Title, run.Run.Timeline))]));
    Console.WriteLine($"Timeline: {path}");
}

static string Shipped(params string[] path) => Path.Combine([AppContext.BaseDirectory, .. path]);
