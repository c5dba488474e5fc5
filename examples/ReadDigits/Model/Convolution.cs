using System.Numerics.Tensors;

namespace ReadDigits.Model;

/// <summary>A 3×3 convolution that keeps height and width (outside the edges is 0), with a bias, cut off below 0 (ReLU).</summary>
internal sealed partial class Convolution : ILayer
{
    const int Side = 3;

    readonly FeatureMap inputShape;
    readonly Parameter weights;
    readonly Parameter bias;

    public Convolution(string name, FeatureMap input, int channels)
    {
        inputShape = input;
        weights = new(name + ".weights", channels, input.Channels, Side, Side);
        bias = new(name + ".bias", channels);
        Output = new(channels, input.Height, input.Width, input.Batch);
    }

    public IReadOnlyList<Parameter> Parameters => [weights, bias];

    public FeatureMap Output { get; }

    public void Forward(FeatureMap input)
    {
        for (var y = 0; y < Output.Height; y++)
        {
            for (var x = 0; x < Output.Width; x++)
            {
                for (var channel = 0; channel < Output.Channels; channel++)
                {
                    var sum = Output.At(channel, y, x);
                    sum.Fill(bias.Values[channel]);
                    AddNeighbours(input, channel, y, x, sum);
                    TensorPrimitives.Max(sum, 0, sum);
                }
            }
        }
    }

    void AddNeighbours(FeatureMap input, int channel, int y, int x, Span<float> sum)
    {
        var (firstY, lastY) = InsideEdges(y, input.Height);
        var (firstX, lastX) = InsideEdges(x, input.Width);
        for (var from = 0; from < input.Channels; from++)
        {
            for (var ky = firstY; ky <= lastY; ky++)
            {
                for (var kx = firstX; kx <= lastX; kx++)
                {
                    var weight = weights.Values[WeightAt(channel, from, ky, kx)];
                    TensorPrimitives.FusedMultiplyAdd(input.At(from, y + ky - 1, x + kx - 1), weight, sum, sum);
                }
            }
        }
    }

    int WeightAt(int to, int from, int ky, int kx) => ((to * inputShape.Channels + from) * Side + ky) * Side + kx;

    // The part of the kernel around a place that lies on the map.
    static (int First, int Last) InsideEdges(int place, int length) => (place == 0 ? 1 : 0, place == length - 1 ? 1 : 2);
}
