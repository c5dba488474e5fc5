namespace Penstock.Stress.Processes;

/// <summary>What becomes of a short run in processes.</summary>
public enum Fate
{
    /// <summary>All items arrive.</summary>
    Good,

    /// <summary>The consumer stops early.</summary>
    EarlyStop,

    /// <summary>The caller leaves its loop.</summary>
    LeftLoop,

    /// <summary>The run is aborted while it goes on.</summary>
    Abort,

    /// <summary>A stage throws.</summary>
    Exception,

    /// <summary>A worker is killed with an item in hand.</summary>
    Kill,

    /// <summary>A worker exits with an item in hand.</summary>
    Exit,

    /// <summary>A worker is killed, and another takes its place.</summary>
    KillAndRetry,

    /// <summary>A worker is killed again and again, and its item given up.</summary>
    KillAndGiveUp,

    /// <summary>A worker hangs, and is killed for it.</summary>
    Hang,

    /// <summary>A worker ends before its first item.</summary>
    FalseStart,
}
