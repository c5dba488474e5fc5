using System.Runtime.CompilerServices;

namespace Penstock.Tests.Api;

/// <summary>The public surface changes only on purpose.</summary>
public class PublicApi
{
    [Fact]
    public void The_public_surface_is_the_approved_one()
    {
        var approved = File.ReadAllText(PathOf("PublicApi.approved.txt")).ReplaceLineEndings("\n");
        var actual = Surface.Of(typeof(Pipeline).Assembly);
        if (string.Equals(actual, approved, StringComparison.Ordinal))
            return;

        var received = Path.Combine(AppContext.BaseDirectory, "PublicApi.received.txt");
        File.WriteAllText(received, actual);
        var (before, after) = (approved.Split('\n'), actual.Split('\n'));
        Assert.Fail(
            "The public API has changed.\n"
            + string.Concat(before.Except(after, StringComparer.Ordinal).Select(line => $"  gone: {line.Trim()}\n"))
            + string.Concat(after.Except(before, StringComparer.Ordinal).Select(line => $"  new:  {line.Trim()}\n"))
            + $"If that is meant, accept it:  cp {received} {PathOf("PublicApi.approved.txt")}");
    }

    private static string PathOf(string file, [CallerFilePath] string self = "") => Path.Combine(Path.GetDirectoryName(self)!, file);
}
