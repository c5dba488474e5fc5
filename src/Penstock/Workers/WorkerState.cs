namespace Penstock.Workers;

/// <summary>What a worker is doing.</summary>
internal enum WorkerState
{
    /// <summary>Its thread or task has not begun.</summary>
    NotStarted,

    /// <summary>In user code.</summary>
    Busy,

    /// <summary>Waiting for an item.</summary>
    Starved,

    /// <summary>Sleeping, since fewer workers are enough for items that are so cheap.</summary>
    Spare,

    /// <summary>Waiting for a slot, for room in bytes, or for its turn.</summary>
    Blocked,

    /// <summary>Pausing before it tries an item again.</summary>
    Pausing,

    /// <summary>Gone.</summary>
    Left,
}
