namespace ReadDigits.Model;

/// <summary>Learned values with a name and a shape; the last dimension varies fastest.</summary>
internal sealed partial class Parameter(string name, params int[] shape)
{
    public string Name => name;

    public IReadOnlyList<int> Shape => shape;

    public float[] Values { get; } = new float[shape.Aggregate(1, (product, length) => product * length)];

    public override string ToString() => $"{name} [{string.Join(", ", shape)}]";
}
