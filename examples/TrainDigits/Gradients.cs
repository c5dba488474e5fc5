namespace ReadDigits.Model;

// The reader's layers know the way forward only. Training adds the way back.

internal sealed partial class Parameter
{
    /// <summary>How the loss of the last batch grows with each value.</summary>
    public float[] Gradient => field ??= new float[Values.Length];
}

internal partial interface ILayer
{
    /// <param name="input">What the last call to Forward got.</param>
    /// <param name="gradient">How the loss grows with each output. Overwritten.</param>
    /// <param name="inputGradient">Receives how the loss grows with each input.</param>
    void Backward(FeatureMap input, FeatureMap gradient, FeatureMap inputGradient);
}

/// <remarks>Only element-wise operations and sums in a fixed order, so that training gives the same bits with vectors of any width.</remarks>
internal static class Gradients
{
    /// <summary>Where ReLU cut the output off, the loss does not depend on it.</summary>
    public static void CutOff(FeatureMap output, FeatureMap gradient)
    {
        var values = output.Values;
        var slopes = gradient.Values;
        for (var index = 0; index < values.Length; index++)
            slopes[index] = values[index] > 0 ? slopes[index] : 0;
    }

    public static float Sum(ReadOnlySpan<float> values)
    {
        var (first, second, third, fourth) = (0f, 0f, 0f, 0f);
        for (; values.Length >= 4; values = values[4..])
        {
            first += values[0];
            second += values[1];
            third += values[2];
            fourth += values[3];
        }

        foreach (var value in values)
            first += value;
        return first + second + (third + fourth);
    }
}
