namespace Penstock.Tests.Properties;

/// <summary>The outcome of a run: the items that arrived, and the exception that ended it, if one did.</summary>
internal sealed record Outcome(IReadOnlyList<int> Items, Exception? Exception);

/// <summary>
/// Plain composition of the same generators, over plain numbers: what every run must be equal to. A tolerant oracle notes
/// faults and passes over them: all that may come, in whatever order.
/// </summary>
internal sealed class Oracle(Case test, bool isTolerant)
{
    public List<string> Faults { get; } = [];

    public List<string> DeadLetters { get; } = [];

    public Outcome Run()
    {
        var items = Chain(Source(), test.Source.Chained);
        for (var i = 0; i < test.Stages.Count; i++)
            items = Compose(i, test.Stages[i], items);

        var received = new List<int>();
        try
        {
            if (test.Consumer.Take == 0)
                return new Outcome(received, Exception: null);
            foreach (var item in items)
            {
                try
                {
                    test.Consumer.FailAt(item);
                }
                catch (CaseException e) when (isTolerant)
                {
                    Faults.Add(e.Message);
                }

                received.Add(item);
                if (received.Count == test.Consumer.Take)
                    break;
            }
        }
        catch (CaseException e)
        {
            return new Outcome(received, e);
        }

        return new Outcome(received, Exception: null);
    }

    private IEnumerable<int> Source()
    {
        var workers = test.Consumer.Sequential ? 1 : test.Source.Workers;
        for (var worker = 0; worker < workers; worker++)
        {
            for (var i = 0; test.Source.Count is null || i < test.Source.Count; i++)
            {
                if (i == test.Source.FaultAt)
                {
                    if (!isTolerant)
                        throw SourceFault(worker, i);
                    Faults.Add(SourceFault(worker, i).Message);
                    break;
                }

                yield return SourceItem(worker, i);
            }
        }
    }

    public static CaseException SourceFault(int worker, int i) => new($"the source fails at {SourceItem(worker, i)}");

    public static int SourceItem(int worker, int i) => (worker * 1_000_000) + i;

    public static int Header(StageCase stage, int i) => Hash.Of(i, stage.Step.Salt, 100);

    public static int Trailer(StageCase stage, int i) => Hash.Of(i, stage.Step.Salt, 101);

    public static CaseException TrailerFault(StageCase stage) => new($"step {stage.Step.Salt} fails behind its items");

    /// <summary>An item of a batch, marked with its place, unless places depend on time or order.</summary>
    public static int Unbatched(bool isLoose, StageCase stage, int value, int index, int length) =>
        isLoose || stage.BatchHasDelay ? Hash.Of(value, stage.Step.Salt, 0) : Hash.Of(value, stage.Step.Salt, (length * 1000) + index);

    private IEnumerable<int> Compose(int index, StageCase stage, IEnumerable<int> items)
    {
        if (stage.IsInProcess && stage.Chained.Count > 0) // operators that capture stay here, as a stage behind: what was delivered is counted in front of it
            return Chain(Compose(index, stage with { Chained = [] }, items), stage.Chained);
        if (stage.Form == StageForm.Batch)
            return items.Chunk(stage.BatchSize).SelectMany(batch => batch.Select((item, i) => Unbatched(test.IsLoose, stage, item, i, batch.Length)));
        return stage.Policy == Policy.Stop && !isTolerant ? Chain(Generate(stage, items), stage.Chained) : WithPolicy(index, stage, items);
    }

    private static IEnumerable<int> Chain(IEnumerable<int> items, IReadOnlyList<Step> steps) =>
        steps.Aggregate(items, (current, step) => current.SelectMany(item => step.Outputs(item, attempt: 1)));

    private IEnumerable<int> Generate(StageCase stage, IEnumerable<int> items)
    {
        for (var i = 0; i < stage.Headers; i++)
            yield return Header(stage, i);
        if (stage.Take == 0)
            yield break;
        var taken = 0;
        foreach (var item in items)
        {
            foreach (var output in stage.Step.Outputs(item, attempt: 1))
                yield return output;
            if (++taken == stage.Take || stage.Step.Stops(item))
                yield break;
        }

        foreach (var trailer in Trailers(stage))
            yield return trailer;
    }

    // Every worker ends its own generator, so each brings its trailers.
    private IEnumerable<int> Trailers(StageCase stage)
    {
        for (var worker = 0; worker < (test.Consumer.Sequential ? 1 : stage.Workers); worker++)
        {
            for (var i = 0; i < stage.Trailers; i++)
                yield return Trailer(stage, i);
            if (!stage.FailsInTrailer)
                continue;
            if (!isTolerant)
                throw TrailerFault(stage);
            Faults.Add(TrailerFault(stage).Message);
        }
    }

    private IEnumerable<int> WithPolicy(int index, StageCase stage, IEnumerable<int> items)
    {
        foreach (var header in Chain(Enumerable.Range(0, stage.Headers).Select(i => Header(stage, i)), stage.Chained))
            yield return header;
        foreach (var item in items)
        {
            var delivered = 0;
            var isGivenUp = false;
            for (var attempt = 1; ; attempt++)
            {
                var (outputs, fault) = Try(stage, item, attempt);
                foreach (var output in outputs.Skip(delivered))
                    yield return output;
                delivered = Math.Max(delivered, outputs.Count);
                if (fault is null)
                    break;
                if (stage.Policy == Policy.Retry && attempt < stage.Tries)
                    continue;
                isGivenUp = true;
                if (stage.Policy == Policy.Stop)
                    Faults.Add(fault.Message);
                else
                    DeadLetters.Add(DeadLetter(StageName(index), item, attempt, delivered, fault.Message));
                break;
            }

            if (!isGivenUp && stage.Step.Stops(item))
                yield break;
        }

        foreach (var trailer in Chain(Trailers(stage), stage.Chained))
            yield return trailer;
    }

    public static string StageName(int index) => $"stage {index}";

    public static string DeadLetter(string stage, int item, int attempts, int delivered, string message) =>
        $"{stage}: item {item} after {attempts} tries, {delivered} delivered: {message}";

    private static (List<int> Outputs, CaseException? Fault) Try(StageCase stage, int item, int attempt)
    {
        var outputs = new List<int>();
        try
        {
            var steps = stage.Chained.Prepend(stage.Step);
            foreach (var output in steps.Aggregate(Enumerable.Repeat(item, 1), (items, step) => items.SelectMany(i => step.Outputs(i, attempt))))
                outputs.Add(output);
        }
        catch (CaseException fault)
        {
            return (outputs, fault);
        }

        return (outputs, null);
    }
}
