using System.Globalization;

namespace ReadDigits.Digits;

/// <summary>One handwritten digit of the data set: 8×8 grey values (0 = paper, 16 = full ink) and what it shows.</summary>
internal sealed record DigitSample(byte[] Grey, char Label)
{
    public const int Side = 8;

    const int TrainingLines = 1437;

    /// <summary>What the network learns from.</summary>
    public static DigitSample[] ReadTrainingSplit(string path) => Read(path)[..TrainingLines];

    /// <summary>What the pages are made of. Training never sees these.</summary>
    public static DigitSample[] ReadTestSplit(string path) => Read(path)[TrainingLines..];

    static DigitSample[] Read(string path) => [.. File.ReadLines(path).Select((line, index) => Parse(line, index + 1))];

    static DigitSample Parse(string line, int number)
    {
        var fields = line.Split(',');
        if (fields.Length != Side * Side + 1)
            throw new InvalidDataException($"Line {number} of the digits has {fields.Length} fields instead of {Side * Side + 1}.");
        var grey = fields[..^1].Select(field => byte.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return new(grey, fields[^1][0]);
    }
}
