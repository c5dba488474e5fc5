using Penstock.Tests.Isolated;

namespace Penstock.Tests.Buffers;

/// <summary>Where a pipeline's stages run, and what is between them.</summary>
public enum Place
{
    OneThread,
    LockStep,
    Threads,
    SharedLinks,
    Processes,
}

/// <summary>Pipelines of buffers in every place.</summary>
internal static class Places
{
    public static TheoryData<Place> All => [.. Enum.GetValues<Place>()];

    /// <summary>Where what arrives is the memory that was filled, which a test in the same process can see.</summary>
    public static TheoryData<Place> InThisProcess => [Place.OneThread, Place.LockStep, Place.Threads, Place.SharedLinks];

    public static RunOptions Run(Place place) => place switch
    {
        Place.OneThread => new() { Execution = Execution.Sequential },
        Place.SharedLinks => new() { SharesLinks = true },
        Place.Processes => new() { Isolation = Isolation.Process },
        _ => new(),
    };

    public static StageOptions Stage(Place place) => new() { MaxInFlight = place == Place.LockStep ? 1 : null };

    public static Task<List<T>> ToListAsync<T>(this Pipeline<T> pipeline, Place place) => pipeline.ToListAsync(Run(place));
}
