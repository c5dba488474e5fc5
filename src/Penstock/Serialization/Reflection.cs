namespace Penstock.Serialization;

/// <summary>Why reflection is no mistake here.</summary>
internal static class Reflection
{
    public const string Intrinsic =
        "Items cross to a process that runs the same application again, untrimmed and with a JIT. Process isolation refuses to start elsewhere.";
}
