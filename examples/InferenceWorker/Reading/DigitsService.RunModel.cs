using Microsoft.Extensions.Logging;
using Penstock;
using ReadDigits.Digits;
using ReadDigits.Model;

namespace InferenceWorker.Reading;

/// <summary>What the network says about the digits of a strip: shape [digits, 10], the highest score of a row wins.</summary>
internal sealed record StripScores(string Cells, float[] Scores);

internal static partial class DigitsService
{
    // A whole strip of a page in one go, and a whole number of cache lines.
    const int Batch = 32;

    /// <summary>
    /// The exclusive step, in a process of its own: one worker loads the weights once, then owns the network, as it would own a graphics card.
    /// When it crashes, the job of the strip that it held fails, and a fresh process goes on with the next strip.
    /// </summary>
    static IEnumerable<StripScores> RunModel(IEnumerable<StripDigits> strips, string weights)
    {
        var network = new Network(Batch);
        WeightsFile.Read(weights, network);
        foreach (var strip in strips)
        {
            if (strip.Image.Contains("-crash", StringComparison.Ordinal))
                NativeBug.Hit();
            var scores = new float[strip.Inputs.Length / DigitCutter.InputLength * Network.Classes];
            network.Score(strip.Inputs, scores);
            PipelineContext.Current?.Logger.LogInformation("Scored {Cells}.", strip.Cells);
            yield return new(strip.Cells, scores);
        }
    }
}
