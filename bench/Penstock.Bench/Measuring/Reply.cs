using System.Text.Json;

namespace Penstock.Bench.Measuring;

/// <summary>What a contestant's process says about one run, as one line of JSON. Programs in other languages say the same.</summary>
internal sealed record Reply
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public long Count { get; init; }

    public long Sum { get; init; }

    public bool InOrder { get; init; }

    public double ElapsedNs { get; init; }

    public double CpuNs { get; init; }

    /// <summary>Managed memory allocated, where the program can tell.</summary>
    public long? Bytes { get; init; }

    /// <summary>Further figures of the contest, by name.</summary>
    public IReadOnlyDictionary<string, double>? Figures { get; init; }

    /// <summary>Why there is no result.</summary>
    public string? Error { get; init; }

    /// <summary>Null if that is something else.</summary>
    public static Reply? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Reply>(line, Format);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this, Format);
}
