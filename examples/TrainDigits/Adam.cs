using ReadDigits.Model;

namespace TrainDigits;

/// <summary>The Adam optimizer, with weights that decay a little at each step (AdamW).</summary>
internal sealed class Adam(IReadOnlyList<Parameter> parameters)
{
    const float MeanDecay = 0.9f;
    const float SquareDecay = 0.99f;
    const float WeightDecay = 0.01f;
    const float Tiny = 1e-8f;

    readonly float[][] means = [.. parameters.Select(parameter => new float[parameter.Values.Length])];
    readonly float[][] squares = [.. parameters.Select(parameter => new float[parameter.Values.Length])];
    float meanWarmUp = 1;
    float squareWarmUp = 1;

    public void Step(float rate)
    {
        meanWarmUp *= MeanDecay;
        squareWarmUp *= SquareDecay;
        for (var number = 0; number < parameters.Count; number++)
            Step(parameters[number], means[number], squares[number], rate);
    }

    void Step(Parameter parameter, float[] mean, float[] square, float rate)
    {
        var (values, gradient) = (parameter.Values, parameter.Gradient);
        for (var index = 0; index < values.Length; index++)
        {
            mean[index] += (gradient[index] - mean[index]) * (1 - MeanDecay);
            square[index] += (gradient[index] * gradient[index] - square[index]) * (1 - SquareDecay);
            var direction = mean[index] / (1 - meanWarmUp) / (MathF.Sqrt(square[index] / (1 - squareWarmUp)) + Tiny);
            values[index] -= rate * (direction + WeightDecay * values[index]);
        }
    }
}
