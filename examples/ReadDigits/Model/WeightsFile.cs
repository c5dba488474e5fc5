using System.Text;

namespace ReadDigits.Model;

/// <summary>
/// The file of a network's parameters, little-endian: the letters <c>PDW1</c>, the number of parameters, and for each its name, its
/// number of dimensions, the dimensions, and its values as 32-bit floats, the last dimension varying fastest.
/// </summary>
internal static class WeightsFile
{
    static ReadOnlySpan<byte> Mark => "PDW1"u8;

    public static void Write(string path, Network network)
    {
        using var file = new BinaryWriter(File.Create(path), Encoding.UTF8);
        file.Write(Mark);
        file.Write(network.Parameters.Count);
        foreach (var parameter in network.Parameters)
        {
            file.Write(parameter.Name);
            file.Write(parameter.Shape.Count);
            foreach (var length in parameter.Shape)
                file.Write(length);
            foreach (var value in parameter.Values)
                file.Write(value);
        }
    }

    /// <exception cref="InvalidDataException">The file holds the weights of another network, or none at all.</exception>
    public static void Read(string path, Network network)
    {
        using var file = new BinaryReader(File.OpenRead(path), Encoding.UTF8);
        try
        {
            Check(file.ReadBytes(Mark.Length).AsSpan().SequenceEqual(Mark), "it does not begin with PDW1");
            var count = file.ReadInt32();
            Check(count == network.Parameters.Count, $"it has {count} parameters, the network {network.Parameters.Count}");
            foreach (var parameter in network.Parameters)
                Read(file, parameter);
        }
        catch (EndOfStreamException)
        {
            Check(false, "it is cut short");
        }

        void Check(bool isGood, string complaint)
        {
            if (!isGood)
                throw new InvalidDataException($"{path} does not hold the weights of this network: {complaint}.");
        }

        void Read(BinaryReader file, Parameter parameter)
        {
            var name = file.ReadString();
            var shape = new int[Math.Clamp(file.ReadInt32(), 0, 8)];
            foreach (ref var length in shape.AsSpan())
                length = file.ReadInt32();
            Check(string.Equals(name, parameter.Name, StringComparison.Ordinal) && shape.SequenceEqual(parameter.Shape),
                $"it has {name} [{string.Join(", ", shape)}] where {parameter} belongs");
            foreach (ref var value in parameter.Values.AsSpan())
                value = file.ReadSingle();
        }
    }
}
