using System.Runtime.CompilerServices;

namespace Penstock.Tests.Properties;

/// <summary>
/// Plays a case whose generators may run in processes: over plain numbers, since items that keep books cannot cross, and with the case's
/// own records as arguments.
/// </summary>
internal sealed class CrossingPlayer(Case test) : Player(test)
{
    private readonly Case test = test;

    // The consumer gets items that keep books again, which the parent makes.
    protected override Pipeline<Token> Pipe() =>
        Enumerable.Range(0, test.Stages.Count).Aggregate(Source(), Then).Select(value => new Token(Books, value).Yielded(from: null));

    protected override int ValueOf(object item) => (int)item;

    private Pipeline<int> Source()
    {
        var options = OptionsOfSource();
        var pipeline = (test.Source.IsAsynchronous, test.Source.IsObject) switch
        {
            (false, false) => Pipeline.From(Produce, test.Source, options),
            (false, true) => Pipeline.From(Produce(test.Source), options),
            (true, false) => Pipeline.From(ProduceAsync, test.Source, options),
            (true, true) => Pipeline.From(ProduceAsync(test.Source), options),
        };
        return Chain(pipeline, test.Source.Chained);
    }

    private Pipeline<int> Then(Pipeline<int> pipeline, int index)
    {
        var stage = test.Stages[index];
        var options = OptionsOf(index);
        var next = stage.Form switch
        {
            StageForm.Generator => pipeline.Then(Generate, stage, options),
            StageForm.AsyncGenerator => pipeline.Then(GenerateAsync, stage, options),
            StageForm.Operator => Operate(pipeline, stage.Step, options),
            StageForm.AsyncSelect => pipeline.Select((item, _) => SelectAsync(item, stage.Step), options),
            _ => pipeline
                .Batch(stage.BatchSize, stage.BatchHasDelay ? TimeSpan.FromMilliseconds(1) : null, options with { Isolation = Isolation.Thread })
                .Then(TakeApart, (stage, test.IsLoose), options with { Name = $"unbatch {index}" }),
        };
        return Chain(next, stage.Chained);
    }

    private static IEnumerable<int> Produce(SourceCase source) => ProduceAsync(source).ToBlockingEnumerable();

    private static async IAsyncEnumerable<int> ProduceAsync(SourceCase source)
    {
        var worker = PipelineContext.Current!.Worker;
        for (var i = 0; source.Count is null || i < source.Count; i++)
        {
            await Busy.DoAsync(i, source.Work, source.IsAsynchronous);
            if (i == source.FaultAt)
                throw Oracle.SourceFault(worker, i);
            yield return Oracle.SourceItem(worker, i);
        }
    }

    private static IEnumerable<int> Generate(IEnumerable<int> items, StageCase stage) => GenerateAsync(items.ToAsyncEnumerable(), stage).ToBlockingEnumerable();

    private static async IAsyncEnumerable<int> GenerateAsync(IAsyncEnumerable<int> items, StageCase stage, [EnumeratorCancellation] CancellationToken token = default)
    {
        for (var i = 0; i < stage.Headers; i++)
            yield return Oracle.Header(stage, i);
        if (stage.Take == 0)
            yield break;
        var taken = 0;
        await foreach (var item in items.WithCancellation(token))
        {
            await Busy.DoAsync(item, stage.Step.Work, stage.IsAsynchronous);
            foreach (var output in stage.Step.Outputs(item, PipelineContext.Current!.Attempt))
                yield return output;
            if (++taken == stage.Take || stage.Step.Stops(item))
                yield break;
        }

        for (var i = 0; i < stage.Trailers; i++)
            yield return Oracle.Trailer(stage, i);
        if (stage.FailsInTrailer)
            throw Oracle.TrailerFault(stage);
    }

    private static IEnumerable<int> TakeApart(IEnumerable<int[]> batches, (StageCase Stage, bool IsLoose) of)
    {
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Length; i++)
                yield return Oracle.Unbatched(of.IsLoose, of.Stage, batch[i], i, batch.Length);
        }
    }

    // Operators capture, so they stay in the parent.
    private Pipeline<int> Chain(Pipeline<int> pipeline, IReadOnlyList<Step> steps) => steps.Aggregate(pipeline, (current, step) => Operate(current, step, options: null));

    private Pipeline<int> Operate(Pipeline<int> pipeline, Step step, StageOptions? options) => step.Fan switch
    {
        Fan.Map => pipeline.Select(item => step.Outputs(Worked(item, step), Attempt()).Single(), options),
        Fan.Filter => pipeline.Where(item => step.Outputs(Worked(item, step), Attempt()).Any(), options),
        _ => pipeline.SelectMany(item => step.Outputs(Worked(item, step), Attempt()), options),
    };

    private async ValueTask<int> SelectAsync(int item, Step step)
    {
        await Busy.DoAsync(item, step.Work);
        return step.Outputs(item, Attempt()).Single();
    }

    private static int Worked(int item, Step step)
    {
        Busy.Do(item, step.Work);
        return item;
    }
}
