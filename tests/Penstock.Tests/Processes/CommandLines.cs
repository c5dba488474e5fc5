using Penstock.Processes;
using Penstock.Tests.Support;

namespace Penstock.Tests.Processes;

/// <summary>What is kept of the host's arguments.</summary>
public class CommandLines
{
    private static readonly string Application = Path.GetFileName(App.Assembly);

    [Theory]
    [InlineData("app.dll", "app.dll")]
    [InlineData("app.dll --depsfile mine", "app.dll")]
    [InlineData("exec app.dll -- x", "exec app.dll")]
    [InlineData("bin/app.dll x", "app.dll")]
    [InlineData("--roll-forward Major app.dll", "--roll-forward Major app.dll")]
    [InlineData("exec --fx-version 10.0.1 --additionalprobingpath / app.dll exec", "exec --fx-version 10.0.1 --additionalprobingpath / app.dll")]
    [InlineData("build app.csproj", null)]
    [InlineData("", null)]
    [InlineData("--info", null)]
    public void Options_of_the_host_are_kept_and_arguments_of_the_application_are_not(string arguments, string? kept)
    {
        var expected = kept?.Replace("app.dll", App.Assembly, StringComparison.Ordinal);
        var given = arguments.Replace("app.dll", Application, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var actual = CommandLine.HostArguments(given, App.Folder);
        Assert.Equal(expected, actual is null ? null : string.Join(' ', actual));
    }

    [Fact]
    public void Lines_are_cut_at_line_feeds_and_long_ones_between_characters()
    {
        var lines = new List<string>();
        var splitter = new LineSplitter(lines.Add);
        var giant = string.Concat(Enumerable.Repeat("€", 10_000));
        var bytes = System.Text.Encoding.UTF8.GetBytes($"one\r\n\ntwö\n{giant}\nrest");
        for (var i = 0; i < bytes.Length; i += 7)
            splitter.Add(bytes.AsSpan(i, Math.Min(7, bytes.Length - i)));
        splitter.Complete();
        splitter.Complete();
        Assert.Equal(["one", "", "twö"], lines[..3]);
        Assert.Equal(giant, string.Concat(lines[3..^1]));
        Assert.Equal("rest", lines[^1]);
    }
}
