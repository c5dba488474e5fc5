using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Penstock.Bench.Measuring;

/// <summary>A peer written in another language: its source is in bench/peers and compiled when it is needed. Or this program, compiled in another way.</summary>
/// <param name="Source">The name of the file, without its folder; of this program, the project.</param>
/// <param name="Needs">What has to be installed, as the table says it.</param>
internal sealed record PeerProgram(string Source, string Needs)
{
    /// <summary>The compiler and its arguments; {source} and {folder} are replaced.</summary>
    public required IReadOnlyList<string> Build { get; init; }

    /// <summary>The built program and its arguments; {folder} is replaced.</summary>
    public required IReadOnlyList<string> Start { get; init; }

    /// <summary>Whether the source travels with this program, rather than lying where it was built from.</summary>
    public bool IsEmbedded { get; init; } = true;

    /// <summary>This program as published with ReadyToRun.</summary>
    public static PeerProgram ThisPrecompiled(IEnumerable<string> arguments) => new(Project(), "the .NET SDK with the ReadyToRun compiler, and the source of the benchmark")
    {
        IsEmbedded = false,
        Build =
        [
            "dotnet", "publish", "{source}", "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--no-self-contained",
            "-p:PublishReadyToRun=true", "--artifacts-path", "{folder}/artifacts", "-o", "{folder}/published", "-v", "quiet",
        ],
        Start = ["{folder}/published/Penstock.Bench", .. arguments],
    };

    private static string Project([CallerFilePath] string self = "") => Path.GetFullPath("../Penstock.Bench.csproj", Path.GetDirectoryName(self)!);
}
