using System.Numerics.Tensors;

namespace ReadDigits.Model;

internal sealed partial class Dense
{
    public void Backward(FeatureMap input, FeatureMap gradient, FeatureMap inputGradient)
    {
        if (!isLast)
            Gradients.CutOff(Output, gradient);
        inputGradient.Values.Clear();
        var products = new float[Output.Batch];
        for (var to = 0; to < Output.Places; to++)
        {
            var slope = gradient.At(to);
            bias.Gradient[to] = Gradients.Sum(slope);
            for (var from = 0; from < input.Places; from++)
            {
                var weight = to * input.Places + from;
                var towards = inputGradient.At(from);
                TensorPrimitives.Multiply(slope, input.At(from), products);
                TensorPrimitives.FusedMultiplyAdd(slope, weights.Values[weight], towards, towards);
                weights.Gradient[weight] = Gradients.Sum(products);
            }
        }
    }
}
