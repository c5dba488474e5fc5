using Penstock.Runs;

namespace Penstock.Faults;

/// <summary>Gives dead letters to the run's callback, or logs them. The callbacks of a run never overlap, so this asks the policies, too.</summary>
internal sealed class DeadLetterBox(Run run)
{
    private readonly Lock gate = new();

    public bool Ask(FaultPolicy policy, int attempt, Exception exception, out TimeSpan pause)
    {
        lock (gate)
            return policy.GrantsAnotherTry(attempt, exception, out pause);
    }

    public void Add(DeadLetter letter)
    {
        if (run.Options.DeadLetter is not { } callback)
        {
            run.Log.DeadLetter(letter.Number, letter.Stage, letter.Attempts, letter.Exception);
            return;
        }

        lock (gate)
            callback(letter);
    }
}
