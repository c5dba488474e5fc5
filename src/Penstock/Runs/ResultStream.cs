using Penstock.Links;
using Penstock.Stages;
using Penstock.Workers;

namespace Penstock.Runs;

/// <summary>A run whose results go to the caller, who is its sink: asking for the next result frees the slot of the last one.</summary>
internal sealed class ResultStream<T>
{
    private readonly Run run;
    private readonly CallerWorker<T> caller;
    private readonly Link<T>? link;
    private readonly bool isAsynchronous;
    private bool hasEnded;

    public ResultStream(Stage<T> last, RunOptions? options, bool isAsynchronous, CancellationToken ct)
    {
        this.isAsynchronous = isAsynchronous;
        run = RunChecks.Create(last, options);
        (var feed, link) = run.Build(builder => last.Build(builder).Connect(next: null));
        var stage = new RunningStage(run, "the caller", new StageOptions(), isSource: false, isSink: true) { IsCaller = true, Input = link };
        caller = new CallerWorker<T>(stage, feed, isAsynchronous);
        stage.Add(caller);
        stage.Connect();
        run.Add(stage);
        caller.Times.Start();
        run.Start(new PipelineRun(run), ct);
    }

    public T Current => caller.Results.Current;

    public ValueTask<bool> MoveNextAsync()
    {
        if (hasEnded)
            return new ValueTask<bool>(false);
        if (run.IsSequential)
            return NoSynchronizationContext.While(() => ArriveAsync(caller.Results.MoveNextAsync()));
        var next = caller.Results.MoveNextAsync();
        if (!next.IsCompletedSuccessfully)
            return ArriveAsync(next);
        var hasNext = next.Result; // to be asked for once
        return hasNext ? new ValueTask<bool>(true) : ArriveAsync(new ValueTask<bool>(false));
    }

    /// <summary>Ends the run, wherever it is, and waits until everything is cleaned up.</summary>
    public async ValueTask EndAsync()
    {
        if (hasEnded)
            return;
        hasEnded = true;
        caller.Times.End();
        caller.Stage.OnLeft(caller); // before the last slot is freed, so that nobody produces for it
        caller.Results.Finish();
        if (run.IsSequential)
            await run.LeaveSequentiallyAsync().ConfigureAwait(false);
        if (isAsynchronous)
            await run.Ended.ConfigureAwait(false);
        else
            run.Ended.GetAwaiter().GetResult(); // needs no thread of the pool to go on
        link?.DisposeUndelivered(run.FailLate);
        run.RetireMemory();
    }

    /// <summary>Ends the run of a stream that its owner has dropped.</summary>
    public void Abandon()
    {
        run.Abort();
        _ = Task.Run(() => EndAsync().AsTask());
    }

    /// <summary>Throws what the run failed with.</summary>
    public void ThrowIfFailed() => run.Failure?.Throw();

    /// <summary>Takes the result that comes in time, or the end, or the failure.</summary>
    private async ValueTask<bool> ArriveAsync(ValueTask<bool> next)
    {
        try
        {
            if (await next.ConfigureAwait(false))
                return true;
        }
        catch (PipelineStoppedException)
        {
            // The run has failed or was aborted: thrown below, as what it was.
        }

        await EndAsync().ConfigureAwait(false);
        run.ThrowIfNotSuccessful();
        return false;
    }
}
