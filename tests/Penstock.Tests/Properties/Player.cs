using Penstock.Tests.Support;

namespace Penstock.Tests.Properties;

/// <summary>Plays a case on the engine: the oracle's generators again.</summary>
internal abstract class Player(Case test)
{
    public Books Books { get; } = new();

    /// <summary>The run, once it has started.</summary>
    public PipelineRun? Run { get; private set; }

    public static Player Of(Case test) => test.Crosses ? new CrossingPlayer(test) : new TokenPlayer(test);

    public Outcome Play()
    {
        var options = new RunOptions
        {
            Execution = test.Consumer.Sequential ? Execution.Sequential : Execution.Parallel,
            TimeProvider = Books,
            DeadLetter = NoteDeadLetter,
            OnStarted = run => Run = run,
            CreatePace = test.Seed % 2 == 0 ? () => new AlwaysAhead() : () => new Fickle(),
            CreateStaffing = Staffings.All.Values.ElementAt((int)(test.Seed % 4) + 1),
        };
        return new Consumption(test.Consumer, Books).Of(Pipe(), options);
    }

    protected abstract Pipeline<Token> Pipe();

    /// <summary>The number that an item of a stage is.</summary>
    protected abstract int ValueOf(object item);

    protected StageOptions OptionsOfSource() => new()
    {
        Name = "source",
        Workers = test.Source.Workers,
        MaxInFlight = test.Source.MaxInFlight,
        Isolation = Level(test.Source.IsInProcess, test.Source.HasNoThread),
    };

    protected StageOptions OptionsOf(int index)
    {
        var stage = test.Stages[index];
        return new StageOptions
        {
            Name = Oracle.StageName(index),
            Workers = stage.Workers,
            Ordered = stage.Ordered,
            MaxInFlight = stage.MaxInFlight,
            MaxInFlightBytes = stage.MaxInFlightBytes,
            SizeOf = item => item is Token token ? Hash.Of(token.Value, 5, 5) % 50 : 7,
            Isolation = Level(stage.IsInProcess, stage.HasNoThread),
            Faults = stage.Policy switch
            {
                Policy.Skip => FaultPolicy.Skip,
                Policy.Retry => FaultPolicy.Retry(stage.Tries),
                _ => FaultPolicy.Stop,
            },
        };
    }

    protected int Attempt()
    {
        if (PipelineContext.Current is { } context)
            return context.Attempt;
        Books.Complain("user code without a PipelineContext");
        return 1;
    }

    private static Isolation Level(bool isInProcess, bool hasNoThread) => isInProcess ? Isolation.Process : hasNoThread ? Isolation.None : Isolation.Thread;

    private void NoteDeadLetter(DeadLetter letter) =>
        Books.DeadLetters.Enqueue(Oracle.DeadLetter(letter.Stage, ValueOf(letter.Item!), letter.Attempts, letter.Delivered, letter.Exception.Message));
}
