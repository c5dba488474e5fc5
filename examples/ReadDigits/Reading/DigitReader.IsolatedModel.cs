using System.Runtime.InteropServices;
using Penstock;

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
                _ = LengthOf(text: 1);
            yield return page;
        }
    }

    // Native code reads memory that the process has not got, so the system ends it by SIGSEGV. Nothing here can catch that. (A signal that is
    // merely raised the runtime ignores the first time.)
    [DllImport("libc", EntryPoint = "strlen")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern nuint LengthOf(nint text);

    internal sealed record FragileModel(string Weights, int Page);
}
