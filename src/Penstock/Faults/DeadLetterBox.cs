using Penstock.Runs;

namespace Penstock.Faults;

/// <summary>Gives dead letters to the run's callback, one at a time, or logs them.</summary>
internal sealed class DeadLetterBox(Run run)
{
    private readonly Lock gate = new();

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
