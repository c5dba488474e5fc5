using Penstock.SharedMemory;
using Penstock.Stages.Ahead;
using Penstock.Stages.Crews;

namespace Penstock;

/// <content>What only the library itself and its tests set.</content>
public sealed partial record RunOptions
{
    /// <summary>For tests: all links as between processes, although all workers are in this one.</summary>
    internal bool SharesLinks { get; init; }

    /// <summary>For tests: this run uses the portable version of all that has one, as where the native one is missing.</summary>
    internal bool IsPortable { get; init; } = !Platform.IsLinux;

    /// <summary>For tests: decides when a stage runs ahead, instead of what its items cost.</summary>
    internal Func<Pace>? CreatePace { get; init; }

    /// <summary>For tests: decides how many threads help with a stage's workers, of which the number is given, instead of what their steps cost.</summary>
    internal Func<int, Staffing>? CreateStaffing { get; init; }

    /// <summary>
    /// How long a fault may take to arrive at the sink behind the items that precede it. For that long the outcome is exactly
    /// that of plain composition; then the run is failed where it stands, since everything else should stop promptly. Tests on a busy machine give it more.
    /// </summary>
    internal TimeSpan FailureGrace { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long sources may take to end in a drain, until that fails the run; null for <see cref="StopTimeout"/>. Who has a limit for the whole drain needs none for them.
    /// </summary>
    internal TimeSpan? SourceTimeout { get; init; }

    /// <summary>For tests: another room for files of shared memory.</summary>
    internal FileSpace FileSpace { get; init; } = FileSpace.OfSystem;

    // The system may refuse a thread; tests do so through this.
    internal Action<Thread, object> StartThread { get; init; } = static (thread, state) => thread.Start(state);
}
