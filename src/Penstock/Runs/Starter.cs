using Penstock.Stages;
using Penstock.Workers;

namespace Penstock.Runs;

/// <summary>Starts runs that end in a sink.</summary>
internal static class Starter
{
    public static TRun Start<TResult, TRun>(Stage<TResult> sink, RunOptions? options, Func<Run, Worker<TResult>, TRun> publish, CancellationToken ct)
        where TRun : PipelineRun
    {
        var run = RunChecks.Create(sink, options);
        var last = run.Build(builder => sink.Build(builder).End()[0]);
        var publicRun = publish(run, last);
        run.Start(publicRun, ct);
        if (run.IsSequential)
            _ = run.RunSequentiallyAsync(last).AsTask(); // never throws; the outcome is the run's
        return publicRun;
    }
}
