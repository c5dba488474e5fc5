namespace Penstock.Workers;

/// <summary>Whoever has another thread inside a worker, beside the worker's own.</summary>
internal interface ISecondThread
{
    Worker Worker { get; }

    /// <summary>Whether that is to leave the generator: nobody needs more.</summary>
    bool IsToLeave { get; }

    /// <summary>It was told so: whatever the generator throws after that is the answer to it.</summary>
    void OnStopThrown();
}
