namespace Penstock.Hosting.Queues;

/// <summary>Where a job is. The numbers stand in files: do not change them.</summary>
internal enum JobState
{
    /// <summary>To be pulled at once.</summary>
    Ready = 0,

    /// <summary>To be pulled when it is due.</summary>
    Delayed = 1,

    /// <summary>A worker's, until its lease ends.</summary>
    Leased = 2,

    /// <summary>Put aside.</summary>
    Dead = 3,
}
