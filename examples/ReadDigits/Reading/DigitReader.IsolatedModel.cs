using Penstock;
using ReadDigits.Model;

namespace ReadDigits.Reading;

/// <summary>The model has a process of its own.</summary>
/// <param name="CrashAt">The number of the page that crashes that process, or null.</param>
internal sealed record IsolatedModel(int? CrashAt);

internal static partial class DigitReader
{
    /// <summary>
    /// The same <see cref="RunModel"/> in another process, and a page that brings it down is put aside. Its function is found again over
    /// there, so it must capture nothing: it gets the path of the weights, and no timeline.
    /// </summary>
    static Pipeline<PageScores> ThenIsolated(this Pipeline<PageDigits> pages, string weights, IsolatedModel isolated)
    {
        var options = new StageOptions { Name = nameof(RunModel), Isolation = Isolation.Process, Faults = FaultPolicy.Skip };
        return isolated.CrashAt is { } page
            ? pages.Then(RunFragileModel, new FragileModel(weights, page), options)
            : pages.Then(RunModel, weights, options);
    }

    /// <summary>A model whose native code has a bug.</summary>
    static IEnumerable<PageScores> RunFragileModel(IEnumerable<PageDigits> pages, FragileModel model) =>
        RunModel(CrashAt(pages, model.Page), model.Weights);

    static IEnumerable<PageDigits> CrashAt(IEnumerable<PageDigits> pages, int number)
    {
        foreach (var page in pages)
        {
            if (page.Found.File.Number == number)
                NativeBug.Hit();
            yield return page;
        }
    }

    internal sealed record FragileModel(string Weights, int Page);
}
