using System.Numerics.Tensors;

namespace ReadDigits.Model;

/// <summary>What scores stand for.</summary>
internal static class Labels
{
    /// <param name="scores">Shape [digits, 10].</param>
    /// <returns>A character for each digit.</returns>
    public static string Of(float[] scores) => string.Create(scores.Length / Network.Classes, scores, static (labels, scores) =>
    {
        for (var digit = 0; digit < labels.Length; digit++)
            labels[digit] = (char)('0' + TensorPrimitives.IndexOfMax<float>(scores.AsSpan(digit * Network.Classes, Network.Classes)));
    });
}
