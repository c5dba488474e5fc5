namespace Penstock.Stages;

/// <summary>An enumerator inside a worker, which its worker can make ask whether the next item may still come.</summary>
internal interface IPassage : IDisposable
{
    /// <summary>Called by any thread, one at a time, once the worker has been told something.</summary>
    void Guard();
}
