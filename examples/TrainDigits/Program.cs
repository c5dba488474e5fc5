using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ReadDigits.Digits;
using ReadDigits.Model;
using TrainDigits;

const int ValidationLines = 237;
const string Usage = """
    Trains the network of the example ReadDigits on the training split (lines 1-1437 of digits.csv).

      --validate N   leave out 237 lines from line N on (1 to 1201) and report the accuracy on them; writes no weights
      --seed N       another beginning, order and noise (default 1)
      --steps N      batches of 64 digits (default 3000)
      --out FILE     where the weights go (default examples/ReadDigits/Model/digits.weights.bin)
    """;

var (seed, steps, weights, validate) = (1, 3000, "examples/ReadDigits/Model/digits.weights.bin", 0);
for (var index = 0; index < args.Length; index++)
{
    var value = index + 1 < args.Length ? args[index + 1] : "";
    switch (args[index])
    {
        case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out seed):
        case "--steps" when int.TryParse(value, CultureInfo.InvariantCulture, out steps) && steps > 0:
            break;
        case "--validate" when int.TryParse(value, CultureInfo.InvariantCulture, out validate) && validate is > 0 and <= 1201:
            break;
        case "--out" when value.Length > 0:
            weights = value;
            break;
        case "--help":
            Console.WriteLine(Usage);
            return 0;
        default:
            Console.Error.WriteLine($"{args[index]} {value} is not understood.\n\n{Usage}");
            return 2;
    }

    index++;
}

var samples = DigitSample.ReadTrainingSplit(Path.Combine(AppContext.BaseDirectory, "Data", "digits.csv"));
var began = Stopwatch.GetTimestamp();
var unseen = validate > 0 ? samples.AsSpan(validate - 1, ValidationLines).ToArray() : [];
using var cells = new CellSource(samples.Except(unseen), Pose.InTraining, seed);
var trainer = new Trainer(seed);
trainer.Train(cells, steps, (step, loss) =>
    Print($"step {step,5}  loss {loss:F4}  {Stopwatch.GetElapsedTime(began).TotalSeconds,4:F0} s"));

if (unseen.Length > 0)
{
    Print($"accuracy on lines {validate}-{validate + ValidationLines - 1}: {Accuracy(trainer.Network):P2}");
    return 0;
}

WeightsFile.Write(weights, trainer.Network);
Print($"{weights}: {new FileInfo(weights).Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weights)))}");
return 0;

// Each digit twenty times, as it may lie on a page.
double Accuracy(Network network)
{
    using var unseenCells = new CellSource(unseen, Pose.OnPage, seed + 1);
    var count = unseenCells.Count * 20;
    var (inputs, labels) = (new float[count * DigitCutter.InputLength], new char[count]);
    for (var cell = 0; cell < count; cell++)
        labels[cell] = unseenCells.Next(inputs.AsSpan(cell * DigitCutter.InputLength, DigitCutter.InputLength));

    var scores = new float[count * Network.Classes];
    network.Score(inputs, scores);
    var right = Enumerable.Range(0, count).Count(cell =>
    {
        var row = scores.AsSpan(cell * Network.Classes, Network.Classes);
        return row.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max<float>(row)) == labels[cell] - '0';
    });
    return (double)right / count;
}

static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
