using System.Numerics.Tensors;

namespace ReadDigits.Model;

/// <summary>The largest of each 2×2 values: half the height, half the width.</summary>
internal sealed partial class Pooling(FeatureMap input) : ILayer
{
    public IReadOnlyList<Parameter> Parameters => [];

    public FeatureMap Output { get; } = new(input.Channels, input.Height / 2, input.Width / 2, input.Batch);

    public void Forward(FeatureMap input)
    {
        for (var channel = 0; channel < Output.Channels; channel++)
        {
            for (var y = 0; y < Output.Height; y++)
            {
                for (var x = 0; x < Output.Width; x++)
                {
                    var largest = Output.At(channel, y, x);
                    TensorPrimitives.Max(input.At(channel, 2 * y, 2 * x), input.At(channel, 2 * y, 2 * x + 1), largest);
                    TensorPrimitives.Max(largest, input.At(channel, 2 * y + 1, 2 * x), largest);
                    TensorPrimitives.Max(largest, input.At(channel, 2 * y + 1, 2 * x + 1), largest);
                }
            }
        }
    }
}
