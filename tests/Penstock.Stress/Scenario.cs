namespace Penstock.Stress;

/// <summary>Something to do over and over: one round checks itself, and throws if a promise was broken.</summary>
internal abstract class Scenario
{
    public string Name => GetType().Name;

    public abstract void Play(Dice dice);

    protected static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new StressException(otherwise);
    }
}

/// <summary>Random choices from a seed.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random random = new(seed);

    public int Salt => seed;

    public int Next(int from, int to) => random.Next(from, to + 1);

    public bool OneIn(int n) => random.Next(n) == 0;

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];
}
