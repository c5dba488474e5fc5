namespace Penstock.Tests.Contracts;

/// <summary>What the contracts' pipelines are fed with.</summary>
internal static class Numbers
{
    public static IEnumerable<int> UpTo(int count) => Enumerable.Range(0, count);

    public static IEnumerable<int> Endless()
    {
        for (var i = 0; ; i++)
            yield return i;
    }

    /// <summary>Waits a little and unevenly, so that the workers overtake each other.</summary>
    public static int Jitter(int i)
    {
        if (i % 7 == 3)
            Thread.SpinWait(2000);
        else if (i % 31 == 5)
            Thread.Yield();
        return i;
    }
}
