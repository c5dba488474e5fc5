using System.Reflection;
using System.Runtime.CompilerServices;

namespace Penstock.Tests.Api;

/// <summary>The public surface of an assembly changes only on purpose. What is approved stands beside the test.</summary>
public abstract class PublicApi(Assembly assembly, [CallerFilePath] string test = "")
{
    [Fact]
    public void The_public_surface_is_the_approved_one()
    {
        var file = Path.Combine(Path.GetDirectoryName(test)!, "PublicApi.approved.txt");
        var approved = File.ReadAllText(file).ReplaceLineEndings("\n");
        var actual = Surface.Of(assembly);
        if (string.Equals(actual, approved, StringComparison.Ordinal))
            return;

        var received = Path.Combine(AppContext.BaseDirectory, "PublicApi.received.txt");
        File.WriteAllText(received, actual);
        var (before, after) = (approved.Split('\n'), actual.Split('\n'));
        Assert.Fail(
            "The public API has changed.\n"
            + string.Concat(before.Except(after, StringComparer.Ordinal).Select(line => $"  gone: {line.Trim()}\n"))
            + string.Concat(after.Except(before, StringComparer.Ordinal).Select(line => $"  new:  {line.Trim()}\n"))
            + $"If that is meant, accept it:  cp {received} {file}");
    }
}
