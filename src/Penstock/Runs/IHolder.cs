namespace Penstock.Runs;

/// <summary>What stages share in a run (<see cref="Run.Shared"/>), and holds items.</summary>
internal interface IHolder
{
    /// <summary>Disposes what nobody was given. To be called when no worker is left that might use it.</summary>
    void DisposeUndelivered(Action<Exception> onError);
}
