namespace ReadDigits.Model;

internal sealed partial class Pooling
{
    // Only the value that was let through matters; of equal ones, the first.
    public void Backward(FeatureMap input, FeatureMap gradient, FeatureMap inputGradient)
    {
        inputGradient.Values.Clear();
        for (var channel = 0; channel < Output.Channels; channel++)
        {
            for (var y = 0; y < Output.Height; y++)
            {
                for (var x = 0; x < Output.Width; x++)
                {
                    var largest = Output.At(channel, y, x);
                    var slopes = gradient.At(channel, y, x);
                    for (var digit = 0; digit < largest.Length; digit++)
                    {
                        var (down, right) = (0, 0);
                        while (input.At(channel, 2 * y + down, 2 * x + right)[digit] < largest[digit])
                            (down, right) = right == 0 ? (down, 1) : (1, 0);
                        inputGradient.At(channel, 2 * y + down, 2 * x + right)[digit] = slopes[digit];
                    }
                }
            }
        }
    }
}
