namespace Penstock.Tests.Support;

/// <summary>What a step sees of the pipelines that it runs itself: on whatever thread, the same as anybody.</summary>
internal static class RunsInside
{
    private static readonly Pipeline<int> Five = Pipeline.From(Enumerable.Range(0, 5)).Select(x => x, new());
    private static readonly Pipeline<int> Failing = Pipeline.From(Enumerable.Range(0, 10)).Select(x => x == 5 ? throw new TestException("inside") : x, new());

    /// <summary>Sums, or the names of exceptions.</summary>
    public static string[] Outcomes(int item) =>
    [
        .. from execution in (Execution[])[Execution.Parallel, Execution.Sequential]
           from run in (Func<RunOptions, int>[])[o => Five.AsEnumerable(o).Sum(), o => Failing.AsEnumerable(o).Sum(), o => Failing.To(xs => xs.Sum()).Run(o), o => Failing.AsEnumerable(o).First()]
           select Try(() => run(new() { Execution = execution })),
    ];

    public static void MustBeRight(string[] outcomes) =>
        Assert.Equal(["10", "inside", "inside", "0", "10", "inside", "inside", "0"], outcomes);

    private static string Try(Func<int> run)
    {
        try
        {
            return $"{run()}";
        }
        catch (TestException exception)
        {
            return exception.Message;
        }
    }
}
