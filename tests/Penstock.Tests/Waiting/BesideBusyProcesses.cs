using System.Diagnostics;
using Penstock.Tests.Support;
using Penstock.Waiting;

namespace Penstock.Tests.Waiting;

/// <summary>On the machine itself, when nothing else runs.</summary>
[Collection(nameof(Alone))]
public class BesideBusyProcesses
{
    [FactOnWholeMachine]
    public Task A_pipeline_finds_out_that_all_processors_are_taken() => Within.Time(() =>
    {
        // Each ends by itself if this process does not come to that.
        var busy = Enumerable.Range(0, Environment.ProcessorCount).Select(static _ => Process.Start("timeout", ["120", "sh", "-c", "while :; do :; done"])).ToList();
        try
        {
            var link = new StageOptions { MaxInFlight = 4 }; // so that there is much to wait for
            Pipeline.From(UntilCrowded, link).Then(Same, link with { Workers = 3 }).To(Items.Drop).Run();
        }
        finally
        {
            foreach (var process in busy)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                process.Dispose();
            }
        }
    });

    private static IEnumerable<int> UntilCrowded()
    {
        for (var i = 0; !Crowding.OfMachine.IsCrowded; i++)
            yield return i;
    }

    private static IEnumerable<int> Same(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }
}

/// <summary>Needs all of the machine's processors, by whose idle time crowding is known.</summary>
internal sealed class FactOnWholeMachineAttribute : FactAttribute
{
    public FactOnWholeMachineAttribute()
    {
        if (Environment.ProcessorCount != Processors.Online)
            Skip = $"this process may use {Environment.ProcessorCount} of the {Processors.Online} processors that Linux tells of";
    }
}
