namespace InferenceWorker.Jobs;

internal enum JobKind
{
    /// <summary>One digit: what most jobs are.</summary>
    Digit,

    /// <summary>A page of 360 digits.</summary>
    Page,

    /// <summary>Poison: the image is not there.</summary>
    Missing,

    /// <summary>Poison: the image is damaged.</summary>
    Corrupt,

    /// <summary>Poison: the image brings the model's process down.</summary>
    Crash,
}

/// <summary>A job to be made. It depends on nothing but the seed and its number.</summary>
internal sealed record PlannedJob(int Seed, int Number, JobKind Kind)
{
    public string Id => $"seed{Seed}-{Number:0000}";

    /// <summary>The kind is part of the name, since the model knows by it when to crash.</summary>
    public string Image => $"images/{Id}-{Kind}.png".ToLowerInvariant();

    public bool IsPoison => Kind is JobKind.Missing or JobKind.Corrupt or JobKind.Crash;
}
