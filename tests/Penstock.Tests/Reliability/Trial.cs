using System.Collections.Concurrent;
using Penstock.Processes;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;
using Penstock.Workers;

namespace Penstock.Tests.Reliability;

/// <summary>Plays a scene of the matrix and checks what comes of it.</summary>
internal sealed class Trial(Scene scene) : IDisposable
{
    private const string Name = "scene";
    private const int Few = 12;
    private const int Many = 60; // more than are under way when the consumer ends
    private const int Taken = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(10); // others have to start within it

    private readonly TemporaryFolder folder = new();
    private readonly Outcome expected = Outcome.Of(scene);
    private readonly List<int> results = [];
    private readonly ConcurrentQueue<DeadLetter> letters = new();
    private readonly Gate feed = new();
    private readonly Gate sink = new();

    private string Mark => folder.File("mark");

    private int Count => scene.Moment == Moment.FinallyWhenStopped ? Many : Few;

    public void Dispose()
    {
        feed.Dispose();
        sink.Dispose();
        folder.Dispose();
    }

    /// <returns>How long after the accident the run was over.</returns>
    public async Task<TimeSpan> PlayAsync()
    {
        var options = new RunOptions
        {
            DeadLetter = letters.Enqueue,
            StopTimeout = scene.IsStuckAtTheEnd ? Patience : LongPatience,
        };
        await using var run = Describe().To(Collect).Start(options);
        long? held = Script.Culprit;
        if (scene.IsWhileWaiting)
            held = await StrikeWhileWaitingAsync(run);
        var exception = await Record.ExceptionAsync(() => run.Completion);

        Assert.True(File.Exists(Mark), $"{scene}: it never came to the accident. {exception}");
        var (worker, since) = Script.ReadMark(Mark);
        MustHaveEnded(exception, worker, held);
        MustHaveGiven(held);
        Assert.Equal(expected.End is End.Well or End.Fails ? 0 : 1, run.Snapshot().Stages.Single(s => s.Name is Name).Workers.Sum(w => w.Restarts));
        return since;
    }

    private Pipeline<int> Describe()
    {
        var script = new Script(scene.Kind, scene.Moment, Mark, Count);
        var options = new StageOptions
        {
            Name = Name,
            Isolation = Isolation.Process,
            Workers = scene.Place == Place.OneOfThree ? 3 : 1,
            Faults = scene.Policy switch { Policy.Skip => FaultPolicy.Skip, Policy.Retry => FaultPolicy.Retry(2), _ => FaultPolicy.Stop },
            MemoryLimit = scene.Kind == Accident.Memory ? 128 << 20 : null,
            ItemTimeout = scene.IsStuck && scene.Moment is not Moment.BeforeFirst ? Patience : null,
            StartupTimeout = scene.IsStuck && scene.Moment is Moment.BeforeFirst ? LongPatience : null,
        };
        return scene.Place switch
        {
            Place.Source => Pipeline.From(Script.Source, script, options),
            Place.Middle => Pipeline.From(Feed()).Then(Steps.Pass, Beside.Process).Then(Script.Stage, script, options).Then(Steps.Pass, Beside.Process),
            _ => Pipeline.From(Feed()).Then(Script.Stage, script, options),
        };
    }

    private IEnumerable<int> Feed()
    {
        for (var i = 0; i < Count; i++)
        {
            if (scene.Moment == Moment.Starved && i == Count / 2)
                feed.Pass();
            yield return i;
        }
    }

    private void Collect(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            results.Add(item);
            if (scene.Moment == Moment.Blocked && results.Count == 1)
                sink.Pass();
            if (scene.Moment == Moment.FinallyWhenStopped && results.Count == Taken)
                return;
        }
    }

    /// <returns>The item that the worker held.</returns>
    private async Task<long?> StrikeWhileWaitingAsync(PipelineRun run)
    {
        await (scene.Moment == Moment.Blocked ? sink : feed).Arrived;
        ProcessWorker? victim = null;
        Assert.True(SpinWait.SpinUntil(() => (victim = FindWaiting(run)) is not null, 60_000), $"{scene}: nobody waits.");
        long? held = victim!.Reader.HasItem ? victim.Reader.Number : null;
        var descriptor = PidDescriptor.Open(victim.ProcessId!.Value);
        Assert.Equal(0, Libc.Kill(victim.ProcessId!.Value, Script.Cue));
        if (expected.Fate == Fate.None)
            await folder.Until("mark.after");
        else
            PidDescriptor.Wait(descriptor);
        _ = Descriptors.Close(descriptor);
        sink.Open();
        feed.Open();
        return held;
    }

    // All of the stage's workers wait, and have for a while: then nobody moves until the gate opens. The one with the first item of all.
    private ProcessWorker? FindWaiting(PipelineRun run)
    {
        var state = scene.Moment == Moment.Blocked ? WorkerState.Blocked : WorkerState.Starved;
        var workers = StageOf(run).Workers;
        var before = Moves();
        if (workers.Any(w => w.Times.State != state) || (scene.Moment == Moment.Starved && workers.Sum(w => w.ItemsIn) < Count / 2))
            return null;
        Thread.Sleep(30);
        if (Moves() != before || workers.Any(w => w.Times.State != state))
            return null;
        if (scene.Moment == Moment.Blocked && run.Snapshot().Stages.SkipWhile(s => s.Name is not Name).SkipLast(1).Any(s => s.InFlight < s.MaxInFlight))
            return null; // somebody behind it is only slow

        // One that is blocked without an item may not have started its generator yet.
        return workers.Cast<ProcessWorker>().Where(w => !expected.HasItem || w.Reader.HasItem).MinBy(w => w.Reader.Number);

        long Moves() => workers.Sum(w => w.ItemsIn + w.ItemsOut);
    }

    private static RunningStage StageOf(PipelineRun run) => run.Run.Stages.Single(s => s.Name is Name);

    private void MustHaveEnded(Exception? exception, int worker, long? held)
    {
        if (expected.End == End.Fails)
            MustTell(exception, worker, held);
        else
            Assert.Null(exception);
        if (expected.End != End.DeadLetter)
        {
            Assert.Empty(letters);
            return;
        }

        var letter = Assert.Single(letters);
        Assert.Equal((Name, held, held, worker, 1), (letter.Stage, Convert.ToInt64(letter.Item, null), letter.Number, letter.Worker, letter.Attempts));
        MustTell(letter.Exception, worker, held);
    }

    private void MustTell(Exception? exception, int worker, long? held)
    {
        Assert.NotNull(exception);
        switch (expected.Fate)
        {
            case Fate.Thrown when scene.Kind == Accident.Memory:
                Assert.IsType<OutOfMemoryException>(exception);
                break;
            case Fate.Thrown:
                Assert.Equal("something happened", Assert.IsType<MishapException>(exception).Message);
                Assert.Contains(nameof(Script), exception.StackTrace, StringComparison.Ordinal);
                break;
            case Fate.Stuck:
                var option = scene.Moment == Moment.BeforeFirst ? nameof(StageOptions.StartupTimeout) : nameof(StageOptions.ItemTimeout);
                Assert.Contains($"'{Name}', worker {worker}", Assert.IsType<WorkerStuckException>(exception).Message, StringComparison.Ordinal);
                Assert.Contains(option, exception.Message, StringComparison.Ordinal);
                break;
            default:
                var crash = Assert.IsType<WorkerCrashedException>(exception);
                Assert.Equal((Name, worker), (crash.Stage, crash.Worker));
                if (scene.Moment != Moment.FinallyWhenStopped) // there it may still have held one, which is not to blame
                    Assert.Equal(expected.HasItem ? held : null, crash.Number);
                Assert.Equal(Outcome.TraceOf(scene.Kind), (crash.ExitCode, crash.Signal));
                Assert.Contains($"about to meet {scene.Kind}", crash.StandardError, StringComparison.Ordinal);
                Assert.Contains(crash.StandardError, crash.Message, StringComparison.Ordinal);
                Assert.Contains($"'{Name}', worker {worker}", crash.Message, StringComparison.Ordinal);
                break;
        }
    }

    private void MustHaveGiven(long? held)
    {
        var all = Script.Outputs(Count);
        switch (expected.End)
        {
            case End.Fails when scene.Moment != Moment.FinallyWhenStopped:
                Assert.Equal(all.Take(results.Count), results);
                if (expected.HasItem)
                    Assert.True(results.Count <= (held + 1) * 2, $"{scene}: items behind {held} have passed.");
                break;
            case End.DeadLetter:
                // What it had handed on before stays.
                var delivered = letters.Single().Delivered;
                Assert.Equal(all.Where(x => x / 10 != held || x % 10 < delivered), results);
                break;
            default:
                Assert.Equal(scene.Moment == Moment.FinallyWhenStopped ? all.Take(Taken) : all, results);
                break;
        }
    }
}
