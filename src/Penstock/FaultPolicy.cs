namespace Penstock;

/// <summary>What a stage does when its generator throws while it holds an item. Immutable.</summary>
public sealed class FaultPolicy
{
    private FaultPolicy(string name, int attempts, TimeSpan backoff, Func<Exception, bool>? when)
    {
        Name = name;
        Attempts = attempts;
        Backoff = backoff;
        When = when;
    }

    /// <summary>The run fails with the exception. The default.</summary>
    public static FaultPolicy Stop { get; } = new(nameof(Stop), attempts: 1, TimeSpan.Zero, when: null);

    /// <summary>The item goes to the dead letters, the generator is started afresh, and the run goes on.</summary>
    public static FaultPolicy Skip { get; } = new(nameof(Skip), attempts: 1, TimeSpan.Zero, when: null);

    internal string Name { get; }

    internal int Attempts { get; }

    internal TimeSpan Backoff { get; }

    internal Func<Exception, bool>? When { get; }

    /// <summary>
    /// The generator is started afresh and given the same item again; an item that fails every time goes to the dead letters.
    /// The stage must be deterministic: outputs that the failed attempt had handed on are dropped from the next one.
    /// </summary>
    /// <param name="attempts">Tries in all, the first included: 1 or more.</param>
    /// <param name="backoff">The pause before the second try, 0 or more; it doubles with each further try, up to a day. Default: none.</param>
    /// <param name="when">Which exceptions deserve another try; others go to the dead letters at once. Default: all.</param>
    /// <exception cref="PipelineDefinitionException"><paramref name="attempts"/> or <paramref name="backoff"/> is out of range.</exception>
    public static FaultPolicy Retry(int attempts, TimeSpan? backoff = null, Func<Exception, bool>? when = null)
    {
        if (attempts < 1)
            throw new PipelineDefinitionException($"FaultPolicy.Retry needs at least 1 attempt, not {attempts}: attempts are tries in all, the first included.");
        if (backoff < TimeSpan.Zero)
            throw new PipelineDefinitionException($"FaultPolicy.Retry needs a backoff of 0 or more, not {backoff}.");
        return new FaultPolicy($"Retry({attempts})", attempts, backoff ?? TimeSpan.Zero, when);
    }

    /// <summary>The policy's name, for logs.</summary>
    public override string ToString() => Name;

    /// <summary>Whether an item is tried again, and after which pause.</summary>
    internal bool GrantsAnotherTry(int attempt, Exception exception, out TimeSpan pause)
    {
        pause = TimeSpan.Zero;
        if (attempt >= Attempts || When?.Invoke(exception) == false)
            return false;
        pause = PauseBefore(attempt + 1);
        return true;
    }

    /// <summary>The pause before try number <paramref name="attempt"/> (2 is the first repetition), at most a day.</summary>
    internal TimeSpan PauseBefore(int attempt)
    {
        var ticks = Backoff.Ticks * Math.Pow(2, attempt - 2);
        return TimeSpan.FromTicks((long)Math.Min(ticks, TimeSpan.TicksPerDay));
    }
}
