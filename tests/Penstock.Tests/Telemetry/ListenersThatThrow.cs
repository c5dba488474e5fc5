using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Telemetry;

/// <summary>Who listens to a run does not decide how it ends. Alone, since every run of the process has such listeners.</summary>
[Collection(nameof(Alone))]
public class ListenersThatThrow
{
    public static TheoryData<string, Execution> Activities
    {
        get
        {
            var data = new TheoryData<string, Execution>();
            foreach (var moment in new[] { "sampled", "started", "stopped" })
            {
                data.Add(moment, Execution.Parallel);
                data.Add(moment, Execution.Sequential);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Activities))]
    public Task Of_activities(string moment, Execution execution) => Within.Time(async () =>
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Penstock",
            Sample = (ref _) => moment is "sampled" ? throw new TestException() : ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = _ => ThrowIf(moment is "started"),
            ActivityStopped = _ => ThrowIf(moment is "stopped"),
        };
        ActivitySource.AddActivityListener(listener);
        await MustChangeNothing(execution);
    });

    [Theory]
    [InlineData("penstock.runs.started")]
    [InlineData("penstock.run.duration")]
    public Task Of_meters(string instrument) => Within.Time(async () =>
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (i, l) =>
            {
                if (string.Equals(i.Name, instrument, StringComparison.Ordinal))
                    l.EnableMeasurementEvents(i);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new TestException());
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new TestException());
        listener.Start();
        await MustChangeNothing(Execution.Parallel);
        await MustChangeNothing(Execution.Sequential);
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task Of_logs(Execution execution) => Within.Time(async () =>
    {
        using var factory = new BrokenLog();
        await MustHaveItsOutcome(new() { Execution = execution, LoggerFactory = factory });
        using var none = new BrokenLog { MakesNone = true };
        await MustHaveItsOutcome(new() { Execution = execution, LoggerFactory = none });
    });

    [Theory]
    [InlineData(Isolation.Thread, true)]
    [InlineData(Isolation.Thread, false)]
    [InlineData(Isolation.Process, true)]
    [InlineData(Isolation.Process, false)]
    public Task Of_logging_scopes(Isolation isolation, bool atBegin) => Within.Time(async () =>
    {
        using var factory = new BrokenLog { Scope = atBegin ? null : new BrokenScope() };
        var pipeline = Pipeline.From([1, 2]).Then(Steps.Pass, new StageOptions { Isolation = isolation });
        Assert.Equal([1, 2], await pipeline.ToListAsync(new() { LoggerFactory = factory }));
    });

    private static void ThrowIf(bool condition)
    {
        if (condition)
            throw new TestException();
    }

    private static async Task MustChangeNothing(Execution execution)
    {
        using var log = new LogList();
        await MustHaveItsOutcome(new() { Execution = execution, LoggerFactory = log });
        Assert.Contains(log.Lines, line => line.Text.Contains("listener", StringComparison.Ordinal));
    }

    private static async Task MustHaveItsOutcome(RunOptions options)
    {
        using var callers = new Activity("caller").Start();
        PipelineRun? run = null;
        options = options with { OnStarted = r => run = r };
        var pipeline = Pipeline.From(Enumerable.Range(0, 10)).Select(FailOn(5), new() { Faults = FaultPolicy.Skip, Workers = 2 });
        Assert.Equal(9, await pipeline.To(xs => xs.Count()).RunAsync(options));
        Assert.DoesNotContain(run, PipelineRun.Active);
        Assert.Equal(9, pipeline.AsEnumerable(options).Count());
        Assert.DoesNotContain(run, PipelineRun.Active);
        var failed = await Assert.ThrowsAsync<TestException>(() => Pipeline.From([1]).Select(FailOn(1)).To(Items.Drop).RunAsync(options));
        Assert.Equal("the stage's", failed.Message);
        Assert.DoesNotContain(run, PipelineRun.Active);
        Assert.Same(callers, Activity.Current);
    }

    private static Func<int, int> FailOn(int number) => item => item == number ? throw new TestException("the stage's") : item;

    private sealed class BrokenLog : ILoggerFactory, ILogger
    {
        public IDisposable? Scope { get; init; }

        public bool MakesNone { get; init; }

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("broken");

        public ILogger CreateLogger(string categoryName) => MakesNone && categoryName is not "Penstock" ? throw new TestException("broken factory") : this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => Scope ?? throw new TestException("broken log");

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning ? true : throw new TestException("broken log");

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new TestException("broken log");

        public void Dispose()
        {
        }
    }

    private sealed class BrokenScope : IDisposable
    {
        public void Dispose() => throw new TestException("broken scope");
    }
}
