using System.Numerics.Tensors;

namespace ReadDigits.Model;

internal sealed partial class Convolution
{
    public void Backward(FeatureMap input, FeatureMap gradient, FeatureMap inputGradient)
    {
        Gradients.CutOff(Output, gradient);
        inputGradient.Values.Clear();
        var places = Output.Height * Output.Width * Output.Batch;
        var sum = new float[Output.Batch];
        for (var to = 0; to < Output.Channels; to++)
        {
            bias.Gradient[to] = Gradients.Sum(gradient.Values.Slice(to * places, places));
            for (var from = 0; from < input.Channels; from++)
            {
                for (var ky = 0; ky < Side; ky++)
                {
                    for (var kx = 0; kx < Side; kx++)
                        BackwardOf(WeightAt(to, from, ky, kx), to, from, ky, kx, input, gradient, inputGradient, sum);
                }
            }
        }
    }

    void BackwardOf(
        int weight, int to, int from, int ky, int kx, FeatureMap input, FeatureMap gradient, FeatureMap inputGradient, float[] sum)
    {
        sum.AsSpan().Clear();
        for (var y = Math.Max(0, 1 - ky); y < Math.Min(Output.Height, Output.Height + 1 - ky); y++)
        {
            for (var x = Math.Max(0, 1 - kx); x < Math.Min(Output.Width, Output.Width + 1 - kx); x++)
            {
                var slope = gradient.At(to, y, x);
                var towards = inputGradient.At(from, y + ky - 1, x + kx - 1);
                TensorPrimitives.FusedMultiplyAdd(slope, input.At(from, y + ky - 1, x + kx - 1), sum, sum);
                TensorPrimitives.FusedMultiplyAdd(slope, weights.Values[weight], towards, towards);
            }
        }

        weights.Gradient[weight] = Gradients.Sum(sum);
    }
}
