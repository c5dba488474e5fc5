namespace Penstock.Bench.Measuring;

/// <summary>A contestant gave a wrong result, an error, or none in time.</summary>
internal sealed class ContestException(Contestant contestant, string problem) : Exception($"{contestant.Name}: {problem}.");
