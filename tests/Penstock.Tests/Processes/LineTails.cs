using System.Globalization;
using Penstock.Processes;

namespace Penstock.Tests.Processes;

/// <summary>Which lines of a worker's standard error are kept.</summary>
public class LineTails
{
    [Fact]
    public void The_last_twenty_are() => Assert.Equal(Lines("own", 5, 25), Tail(Lines("own", 0, 25)));

    [Theory]
    [InlineData("Unhandled exception. System.Exception: x")]
    [InlineData("Process terminated. on purpose")]
    [InlineData("Stack overflow.")]
    [InlineData("Fatal error. Internal CLR error.")]
    public void A_long_report_of_the_runtime_pushes_out_neither_the_lines_before_it_nor_its_own_beginning(string beginning) => Assert.Equal(
        [.. Lines("own", 20, 30), beginning, .. Lines("at", 0, 9), "…", .. Lines("at", 480, 500)],
        Tail([.. Lines("own", 0, 30), beginning, .. Lines("at", 0, 500)]));

    [Fact]
    public void A_short_report_is_kept_whole_and_no_line_twice() => Assert.Equal(
        [.. Lines("own", 0, 10), "Stack overflow.", .. Lines("at", 0, 15)],
        Tail([.. Lines("own", 0, 10), "Stack overflow.", .. Lines("at", 0, 15)]));

    [Fact]
    public void What_only_looked_like_a_report_does_not_hide_the_real_one() => Assert.Equal(
        [.. Lines("own", 40, 50), "Stack overflow.", .. Lines("at", 0, 9), "…", .. Lines("at", 30, 50)],
        Tail(["Unhandled exception. Not at all.", .. Lines("own", 0, 50), "Stack overflow.", .. Lines("at", 0, 50)]));

    private static IEnumerable<string> Lines(string word, int from, int to) => Enumerable.Range(from, to - from).Select(i => string.Create(CultureInfo.InvariantCulture, $"{word} {i}"));

    private static string[] Tail(IEnumerable<string> lines)
    {
        var tail = new LineTail();
        foreach (var line in lines)
            tail.Add(line);
        return tail.ToString().Split('\n');
    }
}
