namespace Penstock.Tests.Isolated;

/// <summary>What tests of accidents share: where they happen, and what must be told of them.</summary>
public abstract class AccidentTests
{
    protected const int Count = 20;
    protected const int Culprit = 7;

    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static TheoryData<Accident> All => [.. Enum.GetValues<Accident>()];

    protected static StageOptions Options(Accident kind, int workers) =>
        Beside.Processes(workers) with { ItemTimeout = Mishap.IsStuck(kind) ? Patience : null };

    protected static async Task<(IReadOnlyCollection<int> Results, Exception Exception)> Outcome(Pipeline<int> pipeline)
    {
        var results = new List<int>();
        var exception = await Record.ExceptionAsync(async () =>
        {
            await foreach (var item in pipeline.AsAsyncEnumerable())
                results.Add(item);
        });
        Assert.NotNull(exception);
        return (results, exception);
    }

    protected static void MustTell(Exception exception, Accident kind, string stage, long? number)
    {
        if (kind == Accident.Exception)
        {
            Assert.Equal("something happened", Assert.IsType<MishapException>(exception).Message);
            Assert.Contains(nameof(Mishap), exception.StackTrace, StringComparison.Ordinal);
            return;
        }

        if (Mishap.IsStuck(kind))
        {
            Assert.Contains($"'{stage}', worker ", Assert.IsType<WorkerStuckException>(exception).Message, StringComparison.Ordinal);
            return;
        }

        var crash = Assert.IsType<WorkerCrashedException>(exception);
        Assert.Equal((stage, number), (crash.Stage, crash.Number));
        Assert.Equal(Mishap.Trace(kind), (crash.ExitCode, crash.Signal));
        Assert.InRange(crash.Worker, 0, 2);
        Assert.Contains(LastWords(kind), crash.StandardError, StringComparison.Ordinal);
        Assert.Contains(crash.StandardError, crash.Message, StringComparison.Ordinal);
        Assert.Contains($"'{stage}', worker {crash.Worker}", crash.Message, StringComparison.Ordinal);
    }

    // The runtime prints stacks behind the stage's own line, longer than what is kept.
    private static string LastWords(Accident kind) => kind is Accident.FailFast or Accident.Overflow ? $"at {typeof(Mishap).FullName}" : $"about to meet {kind}";

    protected static void MustBeAPrefix(IReadOnlyCollection<int> results)
    {
        Assert.Equal(Mishap.Outputs(Count).Take(results.Count), results);
        Assert.InRange(results.Count, 0, Culprit * 2 + 1);
    }
}
