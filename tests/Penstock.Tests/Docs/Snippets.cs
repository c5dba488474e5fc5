using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Penstock.Tests.Docs;

/// <summary>Compares the code blocks of a document with the regions of the test that runs them, in their order. Indentation aside.</summary>
internal static partial class Snippets
{
    public static IEnumerable<string> ThatRun([CallerFilePath] string test = "") => Find(Regions(), File.ReadAllText(test));

    public static IEnumerable<string> ShownIn(string document) => Find(Blocks(), Read(document));

    public static string Read(string document) => File.ReadAllText(PathOf(document));

    public static string PathOf(string document, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../..", document));

    private static IEnumerable<string> Find(Regex form, string text) =>
        form.Matches(text).Select(match => string.Join('\n', match.Groups["code"].Value.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)));

    [GeneratedRegex("#region snippet(?<code>.*?)#endregion", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Regions();

    [GeneratedRegex("```csharp(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Blocks();
}
