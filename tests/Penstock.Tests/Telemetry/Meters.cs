using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Penstock.Tests.Support;

namespace Penstock.Tests.Telemetry;

/// <summary>The meter named Penstock.</summary>
public class Meters
{
    private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> measured = new();

    [Fact]
    public Task A_running_pipeline_is_measured_by_run_and_stage() => Within.Time(async () =>
    {
        using var listener = Listen();
        using var gate = new Gate();
        var run = Pipeline.From(Items.Endless, new() { Name = "source", MaxInFlight = 3 })
            .Then(xs => xs.Select(x => x == 1 ? throw new TestException() : x), new() { Name = "model", Faults = FaultPolicy.Skip })
            .To(xs => xs.Take(5).Count(x => x < 4 || Stuck(gate)))
            .Start(new() { Name = "measured here" });
        await gate.Arrived;
        await run.UntilWorkersAre(1, "waiting for a slot"); // the sink stands still, so the model does from then on
        await run.UntilWorkersAre(0, "waiting for a slot"); // and so does the source, behind a full link
        listener.RecordObservableInstruments();

        Assert.InRange(Of("penstock.stage.items", "model"), 4, 8); // up to a link's capacity ahead of the sink
        Assert.Equal(1, Of("penstock.stage.dead_letters", "model"));
        Assert.Equal(1, Of("penstock.stage.restarts", "model"));
        Assert.InRange(Of("penstock.link.in_flight", "source"), 1, 3);
        Assert.True(Of("penstock.stage.busy", "Sink") > 0);
        Assert.True(Of("penstock.stage.starved", "model") >= 0);
        Assert.True(Of("penstock.stage.blocked", "source") >= 0);
        gate.Open();
        await run.Completion;
    });

    [Theory]
    [InlineData("succeeded")]
    [InlineData("failed")]
    [InlineData("aborted")]
    public Task The_duration_of_a_run_is_recorded_with_its_outcome(string outcome) => Within.Time(async () =>
    {
        using var listener = Listen();
        await Record.ExceptionAsync(() => Pipeline.From([1]).To(Items.Drop).RunAsync(new()
        {
            OnStarted = outcome switch
            {
                "failed" => _ => throw new TestException(),
                "aborted" => run => run.Abort(),
                _ => null,
            },
        }));
        Assert.Contains(measured, m => m.Instrument is "penstock.run.duration" && m.Tags["outcome"] is string seen && string.Equals(seen, outcome, StringComparison.Ordinal));
        Assert.Contains(measured, m => m.Instrument is "penstock.runs.started");
    });

    private static bool Stuck(Gate gate)
    {
        gate.Pass();
        return true;
    }

    private double Of(string instrument, string stage) => measured
        .Where(m => string.Equals(m.Instrument, instrument, StringComparison.Ordinal) && m.Tags.ContainsValue("measured here") && m.Tags.ContainsValue(stage))
        .Select(m => m.Value).Single();

    private MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name is "Penstock")
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        listener.Start();
        return listener;
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        measured.Enqueue((instrument.Name, value, new Dictionary<string, object?>(tags.ToArray(), StringComparer.Ordinal)));
}
