using Penstock.Tests.Support;

namespace Penstock.Tests.Contracts;

/// <summary>Generators that began and those whose finally ran, in whatever process.</summary>
internal static class Lives
{
    public static IDisposable? Live(this Tally? lives)
    {
        lives?.Add(Mark.Begun);
        return lives is null ? null : new Life(lives);
    }

    /// <param name="lives">What was counted.</param>
    /// <param name="atLeast">How many must have begun.</param>
    public static void MustAllHaveEnded(this Tally lives, int atLeast = 1)
    {
        Assert.InRange(lives[Mark.Begun], atLeast, long.MaxValue);
        Assert.Equal(lives[Mark.Begun], lives[Mark.Ended]);
    }

    private sealed class Life(Tally lives) : IDisposable
    {
        public void Dispose() => lives.Add(Mark.Ended);
    }
}
