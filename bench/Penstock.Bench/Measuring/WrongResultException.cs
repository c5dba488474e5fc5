namespace Penstock.Bench.Measuring;

/// <summary>A contestant gave a wrong answer: however fast it was, there is nothing to report.</summary>
internal sealed class WrongResultException(Contestant contestant, string what)
    : Exception($"{contestant.Name}: {what}.");
