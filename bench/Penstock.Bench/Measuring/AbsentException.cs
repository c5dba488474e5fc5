namespace Penstock.Bench.Measuring;

/// <summary>A contestant cannot take part on this machine; the message says why.</summary>
internal sealed class AbsentException(string message) : Exception(message);
