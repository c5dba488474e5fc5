namespace Penstock.Tests.Properties;

/// <summary>A random pipeline as plain data: what the oracle and the engine are both given, and what a failure prints.</summary>
internal sealed record Case(ulong Seed, SourceCase Source, IReadOnlyList<StageCase> Stages, ConsumerCase Consumer)
{
    /// <summary>Whether the results may come in any order, so that only what comes can be compared.</summary>
    public bool IsLoose => !Consumer.Sequential && (Source.Workers > 1 || Consumer.Workers > 1 || Stages.Any(s => s.IsUnordered));

    /// <summary>Whether something downstream may end before its input does.</summary>
    public bool MayEndEarly => Consumer.Take is not null || Stages.Any(s => s.Take is not null || s.Step.StopEvery is not null);

    /// <summary>Whether something of it runs in another process.</summary>
    public bool Crosses => Source.IsInProcess || Stages.Any(s => s.IsInProcess);

    public override string ToString() =>
        $"""
        seed      {Seed}
        source    {Source}
        {string.Join('\n', Stages.Select((s, i) => $"stage {i}   {s}"))}
        consumer  {Consumer}
        """;
}

/// <summary>What is done with one item: pure, the same in the engine and in the oracle.</summary>
internal sealed record Step
{
    public Fan Fan { get; init; }

    public int Salt { get; init; }

    /// <summary>About one item in so many fails.</summary>
    public int? FaultEvery { get; init; }

    /// <summary>How many tries of such an item fail.</summary>
    public int FailingTries { get; init; } = int.MaxValue;

    /// <summary>Whether a fault may come between two outputs; otherwise it comes before them.</summary>
    public bool FaultsAnywhere { get; init; }

    /// <summary>About one item in so many ends the stage, behind its outputs.</summary>
    public int? StopEvery { get; init; }

    /// <summary>Busy work: 0 none, 1 little, 2 much.</summary>
    public int Work { get; init; }

    public bool Stops(int value) => StopEvery is { } every && Hash.Of(value, Salt, 3) % every == 0;

    public override string ToString() =>
        $"{Fan}#{Salt}"
        + (Work == 0 ? "" : $" work {Work}")
        + (StopEvery is null ? "" : $" stops 1/{StopEvery}")
        + (FaultEvery is null ? "" : $" fails 1/{FaultEvery}{(FailingTries == int.MaxValue ? "" : $", {FailingTries} tries")}{(FaultsAnywhere ? ", anywhere" : "")}");

    /// <summary>The outputs for one item, then or in between its fault.</summary>
    public IEnumerable<int> Outputs(int value, int attempt)
    {
        var count = Fan switch
        {
            Fan.Map => 1,
            Fan.Filter => Hash.Of(value, Salt, 1) % 3 == 0 ? 0 : 1,
            _ => Hash.Of(value, Salt, 1) % 4,
        };
        var fails = FaultEvery is { } every && Hash.Of(value, Salt, 2) % every == 0 && attempt <= FailingTries;
        var failsAt = !fails ? -1 : FaultsAnywhere ? Hash.Of(value, Salt, 4) % (count + 1) : 0;
        for (var i = 0; i < count; i++)
        {
            if (i == failsAt)
                throw Fault(value);
            yield return Fan == Fan.Filter ? value : Hash.Of(value, Salt, 10 + i);
        }

        if (failsAt == count)
            throw Fault(value);
    }

    private CaseException Fault(int value) => new($"step {Salt} fails at {value}");
}

internal sealed class CaseException(string message) : Exception(message);

internal enum Fan
{
    Map,
    Filter,
    Many,
}

internal enum StageForm
{
    Generator,
    AsyncGenerator,
    Operator, // an item-wise operator with options: a stage of its own
    AsyncSelect,
    Batch, // and a stage that takes the batches apart
}

internal enum Policy
{
    Stop,
    Skip,
    Retry,
}

internal sealed record StageCase
{
    public StageForm Form { get; init; }

    public required Step Step { get; init; }

    /// <summary>Item-wise operators without options, chained behind the step.</summary>
    public IReadOnlyList<Step> Chained { get; init; } = [];

    public int Headers { get; init; }

    public int Trailers { get; init; }

    public bool FailsInTrailer { get; init; }

    /// <summary>Ends the stage behind so many items.</summary>
    public int? Take { get; init; }

    public Policy Policy { get; init; }

    public int Tries { get; init; } = 1;

    public int Workers { get; init; } = 1;

    public bool Ordered { get; init; } = true;

    /// <summary>Whether it has no thread of its own, where it can do without.</summary>
    public bool HasNoThread { get; init; }

    public int? MaxInFlight { get; init; }

    public long? MaxInFlightBytes { get; init; }

    public int BatchSize { get; init; } = 1;

    public bool BatchHasDelay { get; init; }

    public bool IsInProcess { get; init; }

    public bool IsUnordered => Workers > 1 && !Ordered;

    public bool IsAsynchronous => Form is StageForm.AsyncGenerator or StageForm.AsyncSelect;

    public override string ToString() =>
        $"{Form}{(IsInProcess ? " ⧉" : "")}"
        + (Form == StageForm.Batch ? $"({BatchSize}{(BatchHasDelay ? ", delay" : "")})" : "")
        + $" ×{Workers}{(HasNoThread ? " no thread" : "")}{(Ordered ? "" : " unordered")} ─{MaxInFlight?.ToString() ?? "default"}→"
        + (MaxInFlightBytes is null ? "" : $" bytes {MaxInFlightBytes}")
        + (Policy == Policy.Stop ? "" : $" {Policy}({Tries})")
        + (Take is null ? "" : $" take {Take}")
        + (Headers + Trailers == 0 ? "" : $" headers {Headers} trailers {Trailers}{(FailsInTrailer ? ", failing" : "")}")
        + $" {Step}"
        + string.Concat(Chained.Select(c => $" then {c}"));
}

internal sealed record SourceCase
{
    public bool IsAsynchronous { get; init; }

    public bool IsObject { get; init; }

    public bool IsInProcess { get; init; }

    /// <summary>How many items; null: endless.</summary>
    public int? Count { get; init; }

    public int? FaultAt { get; init; }

    public int Work { get; init; }

    public IReadOnlyList<Step> Chained { get; init; } = [];

    public int Workers { get; init; } = 1;

    /// <inheritdoc cref="StageCase.HasNoThread"/>
    public bool HasNoThread { get; init; }

    public int? MaxInFlight { get; init; }

    public override string ToString() =>
        $"{(IsAsynchronous ? "asynchronous" : "synchronous")} {(IsObject ? "object" : "function")}{(IsInProcess ? " ⧉" : "")} ×{Workers}{(HasNoThread ? " no thread" : "")} ─{MaxInFlight?.ToString() ?? "default"}→"
        + $" {Count?.ToString() ?? "endless"} items"
        + (FaultAt is null ? "" : $", fault at {FaultAt}")
        + (Work == 0 ? "" : $", work {Work}")
        + string.Concat(Chained.Select(c => $" then {c}"));
}

internal enum ConsumerForm
{
    Sink,
    AsyncSink,
    ManySinks, // several workers without a result
    Enumerable,
    AsyncEnumerable,
}

internal sealed record ConsumerCase
{
    public ConsumerForm Form { get; init; }

    public bool Sequential { get; init; }

    public int Workers { get; init; } = 1;

    public int? Take { get; init; }

    public int? FaultEvery { get; init; }

    public int Work { get; init; }

    public override string ToString() =>
        $"{Form} ×{Workers}"
        + (Sequential ? " sequential" : "")
        + (Take is null ? "" : $" take {Take}")
        + (FaultEvery is null ? "" : $" fails 1/{FaultEvery}")
        + (Work == 0 ? "" : $" work {Work}");

    public bool IsAsynchronous => Form is ConsumerForm.AsyncSink or ConsumerForm.AsyncEnumerable;

    public bool IsStream => Form is ConsumerForm.Enumerable or ConsumerForm.AsyncEnumerable;

    /// <summary>The consumer's own fault at an item, if it has one.</summary>
    public void FailAt(int value)
    {
        if (FaultEvery is { } every && Hash.Of(value, 77, 2) % every == 0)
            throw new CaseException($"the consumer fails at {value}");
    }
}
