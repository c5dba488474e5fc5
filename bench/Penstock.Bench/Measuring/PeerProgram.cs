namespace Penstock.Bench.Measuring;

/// <summary>A peer written in another language: its source is in bench/peers and compiled when it is needed.</summary>
/// <param name="Source">The name of the file, without its folder.</param>
/// <param name="Needs">What has to be installed, as the table says it.</param>
internal sealed record PeerProgram(string Source, string Needs)
{
    /// <summary>The compiler and its arguments; {source} and {folder} are replaced.</summary>
    public required IReadOnlyList<string> Build { get; init; }

    /// <summary>The built program and its arguments; {folder} is replaced.</summary>
    public required IReadOnlyList<string> Start { get; init; }
}
