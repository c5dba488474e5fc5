using System.Runtime.CompilerServices;

namespace Penstock.Tests.Properties;

/// <summary>Plays a case over items that keep books.</summary>
internal sealed class TokenPlayer(Case test) : Player(test)
{
    private readonly Case test = test;

    protected override Pipeline<Token> Pipe() => Enumerable.Range(0, test.Stages.Count).Aggregate(Source(), Then);

    protected override int ValueOf(object item) => ((Token)item).Value;

    private Gauge GaugeBehind(int index)
    {
        var (name, workers, limit) = index < 0
            ? ("the source", test.Source.Workers, test.Source.MaxInFlight)
            : (Oracle.StageName(index), test.Stages[index].Workers, test.Stages[index].MaxInFlight);
        var next = index + 1 < test.Stages.Count ? test.Stages[index + 1].Workers : test.Consumer.Workers;
        return new Gauge(Books, name, limit ?? workers + next + 2);
    }

    // A batch holds items after it has freed their slots, out of sight of user code: no gauge on the link before it.
    private Gauge? Output(int index) =>
        index + 1 < test.Stages.Count && test.Stages[index + 1].Form == StageForm.Batch ? null : GaugeBehind(index);

    private Pipeline<Token> Source()
    {
        var source = test.Source;
        var output = Output(-1);
        var options = OptionsOfSource();
        var pipeline = (source.IsAsynchronous, source.IsObject) switch
        {
            (false, false) => Pipeline.From(() => ProduceAsync(output).ToBlockingEnumerable(), options),
            (false, true) => Pipeline.From(ProduceAsync(output).ToBlockingEnumerable(), options),
            (true, false) => Pipeline.From(() => ProduceAsync(output), options),
            (true, true) => Pipeline.From(ProduceAsync(output), options),
        };
        return Chain(pipeline, source.Chained, output);
    }

    // In a synchronous source or stage nothing in here is awaited for long: its blocking form takes no other thread.
    private async IAsyncEnumerable<Token> ProduceAsync(Gauge? output)
    {
        var worker = PipelineContext.Current!.Worker;
        var life = Books.Begin("the source", output);
        try
        {
            life.Resumed();
            for (var i = 0; test.Source.Count is null || i < test.Source.Count; i++)
            {
                await Busy.DoAsync(i, test.Source.Work, test.Source.IsAsynchronous);
                if (i == test.Source.FaultAt)
                    throw Oracle.SourceFault(worker, i);
                yield return life.Yield(new Token(Books, Oracle.SourceItem(worker, i)));
                life.Resumed();
            }
        }
        finally
        {
            life.End();
        }
    }

    private Pipeline<Token> Then(Pipeline<Token> pipeline, int index)
    {
        var stage = test.Stages[index];
        var output = Output(index);
        var options = OptionsOf(index);
        var next = stage.Form switch
        {
            StageForm.Generator => pipeline.Then(items => GenerateAsync(items.ToAsyncEnumerable(), index, output).ToBlockingEnumerable(), options),
            StageForm.AsyncGenerator => pipeline.Then((items, token) => GenerateAsync(items, index, output, token), options),
            StageForm.Operator => Operate(pipeline, stage.Step, output, options),
            StageForm.AsyncSelect => pipeline.Select((item, _) => SelectAsync(item, stage.Step, output), options),
            _ => pipeline
                .Batch(stage.BatchSize, stage.BatchHasDelay ? TimeSpan.FromMilliseconds(1) : null, options)
                .Then(batches => TakeApart(batches, index, output), options with { Name = $"unbatch {index}" }),
        };
        return Chain(next, stage.Chained, output);
    }

    private async IAsyncEnumerable<Token> GenerateAsync(
        IAsyncEnumerable<Token> items, int index, Gauge? output, [EnumeratorCancellation] CancellationToken token = default)
    {
        var stage = test.Stages[index];
        var life = Books.Begin(Oracle.StageName(index), output);
        try
        {
            life.Resumed();
            for (var i = 0; i < stage.Headers; i++)
            {
                yield return life.Yield(new Token(Books, Oracle.Header(stage, i)));
                life.Resumed();
            }

            if (stage.Take == 0)
                yield break;
            var taken = 0;
            await foreach (var item in items.WithCancellation(token))
            {
                life.Hold(item);
                await Busy.DoAsync(item.Value, stage.Step.Work, stage.IsAsynchronous);
                foreach (var output1 in stage.Step.Outputs(item.Value, Attempt()))
                {
                    yield return life.Yield(Make(item, stage.Step, output1));
                    life.Resumed();
                }

                if (++taken == stage.Take || stage.Step.Stops(item.Value))
                    yield break;
                life.LetGo();
            }

            for (var i = 0; i < stage.Trailers; i++)
            {
                yield return life.Yield(new Token(Books, Oracle.Trailer(stage, i)));
                life.Resumed();
            }

            if (stage.FailsInTrailer)
                throw Oracle.TrailerFault(stage);
        }
        finally
        {
            life.End();
        }
    }

    private IEnumerable<Token> TakeApart(IEnumerable<Token[]> batches, int index, Gauge? output)
    {
        var life = Books.Begin($"unbatch {index}", output);
        try
        {
            life.Resumed();
            foreach (var batch in batches)
            {
                foreach (var item in batch)
                    life.Hold(item);
                if (batch.Length == 0 || batch.Length > test.Stages[index].BatchSize)
                    Books.Complain($"a batch of {batch.Length}");
                for (var i = 0; i < batch.Length; i++)
                {
                    yield return life.Yield(new Token(Books, Oracle.Unbatched(test.IsLoose, test.Stages[index], batch[i].Value, i, batch.Length)));
                    life.Resumed();
                }

                life.LetGo();
            }
        }
        finally
        {
            life.End();
        }
    }

    private Pipeline<Token> Operate(Pipeline<Token> pipeline, Step step, Gauge? output, StageOptions? options) => step.Fan switch
    {
        Fan.Map => pipeline.Select(
            item =>
            {
                using var use = new OneUse(item, output, isChained: options is null);
                Busy.Do(item.Value, step.Work);
                return use.Yield(new Token(Books, step.Outputs(item.Value, Attempt()).Single()));
            },
            options),
        Fan.Filter => pipeline.Where(
            item =>
            {
                using var use = new OneUse(item, output, isChained: options is null);
                Busy.Do(item.Value, step.Work);
                var passes = step.Outputs(item.Value, Attempt()).Any();
                if (passes)
                    use.Yield(item);
                return passes;
            },
            options),
        _ => pipeline.SelectMany(item => Expand(item, step, output, isChained: options is null), options),
    };

    private Pipeline<Token> Chain(Pipeline<Token> pipeline, IReadOnlyList<Step> steps, Gauge? output) =>
        steps.Aggregate(pipeline, (current, step) => Operate(current, step, output, options: null));

    private IEnumerable<Token> Expand(Token item, Step step, Gauge? output, bool isChained)
    {
        using var use = new OneUse(item, output, isChained);
        Busy.Do(item.Value, step.Work);
        foreach (var value in step.Outputs(item.Value, Attempt()))
        {
            yield return use.Yield(Make(item, step, value));
            use.Resumed();
        }
    }

    private async ValueTask<Token> SelectAsync(Token item, Step step, Gauge? output)
    {
        using var use = new OneUse(item, output, isChained: false);
        await Busy.DoAsync(item.Value, step.Work);
        return use.Yield(new Token(Books, step.Outputs(item.Value, Attempt()).Single()));
    }

    // A filter hands on the very item; the others make a new one. A filter that may fail behind its output does, too: the
    // contracts of retries say what becomes of an item that was handed on and then failed.
    private Token Make(Token item, Step step, int value) => step is { Fan: Fan.Filter, FaultsAnywhere: false } ? item : new Token(Books, value);
}

/// <summary>An item-wise function's use of one item. Chained behind another stage it takes over the item's slot; else it produces in one of its own.</summary>
internal sealed class OneUse : IDisposable
{
    private readonly Gauge? output;
    private readonly Gauge? input;
    private Gauge? producing;

    public OneUse(Token item, Gauge? output, bool isChained)
    {
        this.output = output;
        if (isChained)
        {
            producing = item.Received();
            return;
        }

        input = item.Received();
        Resumed();
    }

    public void Resumed()
    {
        if (producing is not null)
            return;
        producing = output;
        output?.Enter();
    }

    public Token Yield(Token item)
    {
        var slot = producing;
        producing = null;
        return item.Yielded(slot);
    }

    public void Dispose()
    {
        producing?.Leave();
        input?.Leave();
    }
}
