using Penstock.Tests.Isolated;

namespace Penstock.Tests.Reliability;

/// <summary>What becomes of the run.</summary>
public enum End
{
    Well,
    Replaced,
    DeadLetter,
    Retried,
    Fails,
}

/// <summary>What the exception is.</summary>
public enum Fate
{
    None,
    Thrown,
    Crashed,
    Stuck,
}

/// <summary>What must come of a scene: asserted by the matrix, printed in the table.</summary>
/// <param name="End">What becomes of the run.</param>
/// <param name="Fate">What became of the worker.</param>
/// <param name="HasItem">Whether an item is to blame.</param>
public sealed record Outcome(End End, Fate Fate, bool HasItem)
{
    public static Outcome Of(Scene scene)
    {
        var fate = FateOf(scene);
        var hasItem = scene.Moment is Moment.MidItem or Moment.Blocked && scene.Place != Place.Source;
        return new(EndOf(scene, fate, hasItem), fate, hasItem);
    }

    /// <summary>What tells a crash from outside.</summary>
    public static (int? ExitCode, string? Signal) TraceOf(Accident kind) => kind switch
    {
        Accident.Kill => (null, "SIGKILL"),
        Accident.Segfault => (null, "SIGSEGV"),
        Accident.ExitZero => (0, null),
        Accident.ExitThree => (3, null),
        _ => (null, "SIGABRT"),
    };

    private static Fate FateOf(Scene scene) => scene switch
    {
        { Kind: Accident.CloseOutput } => Fate.None,
        { IsStuck: true } => Fate.Stuck,
        { Kind: Accident.Exception or Accident.Memory, IsOnAnotherThread: false } => Fate.Thrown,
        _ => Fate.Crashed,
    };

    private static End EndOf(Scene scene, Fate fate, bool hasItem) => (scene.Moment, fate) switch
    {
        (_, Fate.None) or (Moment.AtExit, _) => End.Well,
        (Moment.FinallyWhenStopped, Fate.Stuck) => End.Well, // killed when StopTimeout has passed
        (Moment.FinallyWhenStopped or Moment.FinallyAtEnd, _) => End.Fails,
        _ when scene.Policy == Policy.Stop => End.Fails,
        _ when hasItem => scene.Policy == Policy.Skip ? End.DeadLetter : End.Retried,
        (Moment.BeforeFirst, Fate.Thrown or Fate.Stuck) => End.Fails, // the next one would not do better
        _ => End.Replaced,
    };
}
