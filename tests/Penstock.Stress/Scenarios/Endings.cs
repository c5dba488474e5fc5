using Penstock.Tests.Properties;

namespace Penstock.Stress.Scenarios;

/// <summary>Aborts, drains, cancellations and disposals at random moments, some of them at once, against endless sources.</summary>
internal sealed class Endings : Scenario
{
    public override void Play(Dice dice)
    {
        var books = new Books();
        using var cancellation = new CancellationTokenSource();
        var pipeline = new Water(dice, books).Pipe(count: null, maxStages: 4, maxWorkers: 6).To(items => Water.Collect(items));
        var run = pipeline.Start(new RunOptions { TimeProvider = books }, cancellation.Token);
        Pause(dice);
        var (isDrained, isEnded) = (false, false);
        for (var i = dice.Next(1, 3); i > 0; i--)
        {
            switch (dice.Next(0, 3))
            {
                case 0:
                    run.Abort();
                    isEnded = true;
                    break;
                case 1:
                    _ = run.DrainAsync(CancellationToken.None);
                    isDrained = true;
                    break;
                case 2:
                    cancellation.Cancel();
                    isEnded = true;
                    break;
                default:
                    _ = run.DisposeAsync().AsTask();
                    isEnded = true;
                    break;
            }

            Pause(dice);
        }

        Check(run, isDrained, isEnded);
        Require(!PipelineRun.Active.Contains(run), "the run is still active");
        books.Require();
    }

    private static void Check(PipelineRun<List<int>> run, bool isDrained, bool isEnded)
    {
        try
        {
            var result = run.Completion.GetAwaiter().GetResult();
            Require(isDrained, "an aborted run succeeded");
            Require(result.SequenceEqual(Enumerable.Range(0, result.Count)), "a drain lost an item");
        }
        catch (OperationCanceledException)
        {
            Require(isEnded, "a drained run was cancelled");
        }
    }

    private static void Pause(Dice dice)
    {
        if (dice.OneIn(3))
            Thread.Sleep(dice.Next(0, 3));
        else
            Thread.SpinWait(dice.Next(0, 20_000));
    }
}
