using Penstock.Tests.Isolated;

namespace Penstock.Tests.Reliability;

/// <summary>When it happens.</summary>
public enum Moment
{
    BeforeFirst,
    MidItem,
    Blocked,
    Starved,
    FinallyAtEnd,
    FinallyWhenStopped,
    AtExit,
}

/// <summary>Which worker it happens to: the source; a stage between two others in processes; the last stage; one of a stage's three workers.</summary>
public enum Place
{
    Source,
    Middle,
    Last,
    OneOfThree,
}

/// <summary>What the stage is told to do about faults.</summary>
public enum Policy
{
    Stop,
    Skip,
    Retry,
}

/// <summary>One field of the matrix of faults.</summary>
public sealed record Scene(Accident Kind, Moment Moment, Place Place, Policy Policy)
{
    public static IEnumerable<Scene> All =>
        from moment in Enum.GetValues<Moment>()
        from kind in Enum.GetValues<Accident>()
        from place in Enum.GetValues<Place>()
        from policy in Enum.GetValues<Policy>()
        let scene = new Scene(kind, moment, place, policy)
        where scene.IsPossible
        select scene;

    /// <summary>Every accident at every moment once, in all places and under all policies by turns.</summary>
    public static IReadOnlyList<Scene> Sample =>
        [.. All.GroupBy(s => (s.Moment, s.Kind)).Select((scenes, i) => scenes.ElementAt(i * 7 % scenes.Count()))];

    /// <summary>Whether it happens to code that does not run in the worker's own thread, which waits then.</summary>
    public bool IsOnAnotherThread => Moment is Moment.Blocked or Moment.Starved or Moment.AtExit;

    public bool IsStuck => Mishap.IsStuck(Kind);

    /// <summary>Whether only <see cref="RunOptions.StopTimeout"/> ends it. An exit that is asked for in an exit waits for that.</summary>
    public bool IsStuckAtTheEnd =>
        (IsStuck && Moment is Moment.FinallyWhenStopped or Moment.AtExit) || (Moment == Moment.AtExit && Kind is Accident.ExitZero or Accident.ExitThree);

    public bool IsWhileWaiting => Moment is Moment.Blocked or Moment.Starved;

    // A source waits for no items and has no policy; a worker that waits is in no loop of its stage.
    private bool IsPossible =>
        !(Place == Place.Source && (Policy != Policy.Stop || Moment == Moment.Starved))
        && !(IsWhileWaiting && Kind is Accident.Loop or Accident.Sleep);

    public override string ToString() => $"{Kind}, {Moment}, {Place}, {Policy}";
}
