using ReadDigits.Digits;

namespace ReadDigits.Model;

/// <summary>
/// The network that reads digits: two convolutions, each followed by pooling, then two dense layers. It works on a batch of digits at
/// once and owns all its memory, so it serves one caller at a time: in the pipeline, one worker.
/// </summary>
internal sealed class Network
{
    public const int Classes = 10;

    public Network(int batch)
    {
        Input = new(1, DigitCutter.InputSide, DigitCutter.InputSide, batch);
        var edges = new Convolution("edges", Input, channels: 16);
        var smallerEdges = new Pooling(edges.Output);
        var strokes = new Convolution("strokes", smallerEdges.Output, channels: 32);
        var smallerStrokes = new Pooling(strokes.Output);
        var hidden = new Dense("hidden", smallerStrokes.Output, outputs: 64);
        var scores = new Dense("scores", hidden.Output, Classes, isLast: true);
        Layers = [edges, smallerEdges, strokes, smallerStrokes, hidden, scores];
        Parameters = [.. Layers.SelectMany(layer => layer.Parameters)];
    }

    public FeatureMap Input { get; }

    public IReadOnlyList<ILayer> Layers { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>A score per digit and class, of shape [10, 1, 1, batch]: the highest of a digit is what it looks like most.</summary>
    public FeatureMap Forward()
    {
        var values = Input;
        foreach (var layer in Layers)
        {
            layer.Forward(values);
            values = layer.Output;
        }

        return values;
    }

    /// <summary>Scores any number of digits, a batch at a time.</summary>
    /// <param name="digits">Shape [digits, 16 × 16].</param>
    /// <param name="scores">Receives shape [digits, 10].</param>
    public void Score(ReadOnlySpan<float> digits, Span<float> scores)
    {
        while (!digits.IsEmpty)
        {
            var count = Math.Min(Input.Batch, digits.Length / Input.Places);
            ToLast(digits[..(count * Input.Places)], Input);
            FromLast(Forward(), scores[..(count * Classes)]);
            digits = digits[(count * Input.Places)..];
            scores = scores[(count * Classes)..];
        }
    }

    // A batch that is not full keeps what it had in the rest: nobody looks at its scores.
    static void ToLast(ReadOnlySpan<float> rows, FeatureMap map)
    {
        for (var place = 0; place < map.Places; place++)
        {
            var values = map.At(place);
            for (var row = 0; row * map.Places < rows.Length; row++)
                values[row] = rows[row * map.Places + place];
        }
    }

    static void FromLast(FeatureMap map, Span<float> rows)
    {
        for (var place = 0; place < map.Places; place++)
        {
            var values = map.At(place);
            for (var row = 0; row * map.Places < rows.Length; row++)
                rows[row * map.Places + place] = values[row];
        }
    }
}
