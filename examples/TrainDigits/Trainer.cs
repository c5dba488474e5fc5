using ReadDigits.Digits;
using ReadDigits.Model;

namespace TrainDigits;

/// <summary>Teaches a network, a batch of cells at a time. One thread, one order: the same seed gives the same weights.</summary>
internal sealed class Trainer
{
    const int Batch = 64;
    const float FirstRate = 0.003f;

    readonly Network network = new(Batch);
    readonly FeatureMap[] gradients;
    readonly FeatureMap inputGradient;
    readonly Adam adam;

    public Trainer(int seed)
    {
        adam = new(network.Parameters);
        gradients = [.. network.Layers.Select(layer => layer.Output.SameShape())];
        inputGradient = network.Input.SameShape();
        Initialize(SeededRandom.For(seed, page: -1));
    }

    public Network Network => network;

    /// <summary>Trains for so many batches; the steps get smaller from the first to the last, along a half cosine.</summary>
    public void Train(CellSource cells, int steps, Action<int, float> report)
    {
        var input = new float[DigitCutter.InputLength];
        var labels = new char[Batch];
        var loss = 0f;
        for (var step = 1; step <= steps; step++)
        {
            for (var digit = 0; digit < Batch; digit++)
            {
                labels[digit] = cells.Next(input);
                for (var place = 0; place < input.Length; place++)
                    network.Input.At(place)[digit] = input[place];
            }

            var batchLoss = Backward(network.Forward(), labels);
            loss += (batchLoss - loss) / Math.Min(step, 100);
            adam.Step(FirstRate * (1 + MathF.Cos(MathF.PI * step / steps)) / 2);
            if (step % 250 == 0)
                report(step, loss);
        }
    }

    // Larger layers begin with smaller weights, so that values neither grow nor vanish on their way (He initialization).
    void Initialize(SeededRandom random)
    {
        foreach (var parameter in network.Parameters.Where(parameter => parameter.Shape.Count > 1))
        {
            var inputs = parameter.Values.Length / parameter.Shape[0];
            foreach (ref var value in parameter.Values.AsSpan())
                value = random.Bell() * MathF.Sqrt(2f / inputs);
        }
    }

    float Backward(FeatureMap scores, char[] labels)
    {
        var loss = LossGradient(scores, labels, gradients[^1]);
        for (var number = network.Layers.Count - 1; number >= 0; number--)
        {
            var (input, towards) = number > 0 ? (network.Layers[number - 1].Output, gradients[number - 1]) : (network.Input, inputGradient);
            network.Layers[number].Backward(input, gradients[number], towards);
        }

        return loss;
    }

    // Cross-entropy of the softmax: the gradient is what the network believes minus what is true.
    static float LossGradient(FeatureMap scores, char[] labels, FeatureMap gradient)
    {
        var loss = 0f;
        for (var digit = 0; digit < scores.Batch; digit++)
        {
            var (highest, sum) = (float.MinValue, 0f);
            for (var label = 0; label < Network.Classes; label++)
                highest = Math.Max(highest, scores.At(label)[digit]);
            for (var label = 0; label < Network.Classes; label++)
                sum += MathF.Exp(scores.At(label)[digit] - highest);
            for (var label = 0; label < Network.Classes; label++)
            {
                var belief = MathF.Exp(scores.At(label)[digit] - highest) / sum;
                var truth = labels[digit] - '0' == label ? 1 : 0;
                gradient.At(label)[digit] = (belief - truth) / scores.Batch;
                loss -= truth * MathF.Log(belief + 1e-9f) / scores.Batch;
            }
        }

        return loss;
    }
}
