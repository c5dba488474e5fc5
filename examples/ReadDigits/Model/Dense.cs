using System.Numerics.Tensors;

namespace ReadDigits.Model;

/// <summary>Every output depends on every input, with a bias; hidden layers are cut off below 0 (ReLU), the last one is not.</summary>
internal sealed partial class Dense : ILayer
{
    readonly Parameter weights;
    readonly Parameter bias;
    readonly bool isLast;

    public Dense(string name, FeatureMap input, int outputs, bool isLast = false)
    {
        weights = new(name + ".weights", outputs, input.Places);
        bias = new(name + ".bias", outputs);
        this.isLast = isLast;
        Output = new(outputs, 1, 1, input.Batch);
    }

    public IReadOnlyList<Parameter> Parameters => [weights, bias];

    public FeatureMap Output { get; }

    public void Forward(FeatureMap input)
    {
        for (var place = 0; place < Output.Places; place++)
        {
            var sum = Output.At(place);
            sum.Fill(bias.Values[place]);
            for (var from = 0; from < input.Places; from++)
                TensorPrimitives.FusedMultiplyAdd(input.At(from), weights.Values[place * input.Places + from], sum, sum);
            if (!isLast)
                TensorPrimitives.Max(sum, 0, sum);
        }
    }
}
