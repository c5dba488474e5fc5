namespace Penstock.Hosting.Workers;

/// <summary>The pause before another try, twice as long each time, up to a longest one.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    public TimeSpan Length { get; private set; } = first;

    public static Backoff OfSettling() => new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    public static Backoff OfPulling() => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    public void Double() => Length = Length * 2 < longest ? Length * 2 : longest;
}
