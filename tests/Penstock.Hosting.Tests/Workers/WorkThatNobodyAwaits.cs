using System.Runtime.CompilerServices;
using Penstock.Hosting.Workers;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>What work throws that nobody waits for is told once, and is nowhere else to be seen.</summary>
public sealed class WorkThatNobodyAwaits
{
    private const int Limit = 120_000;

    private readonly TaskCompletionSource<int> work = new();
    private readonly List<Exception> told = [];
    private readonly IOException failure = new($"{Guid.NewGuid()}");

    [Fact]
    public void Its_failure_is_told()
    {
        work.Task.Leave(told.Add);
        work.SetException(failure);
        Assert.Equal([failure], told);
    }

    [Fact(Timeout = Limit)]
    public async Task So_it_is_when_somebody_has_waited_and_left()
    {
        using var enough = new CancellationTokenSource();
        var waiting = work.Task.WaitOrLeaveAsync(told.Add, enough.Token);
        await enough.CancelAsync();
        Assert.Equal(enough.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting)).CancellationToken);
        Assert.Empty(told);
        work.SetException(failure);
        Assert.Equal([failure], told);
    }

    [Fact(Timeout = Limit)]
    public async Task Whoever_still_waits_gets_it_instead()
    {
        using var enough = new CancellationTokenSource();
        var waiting = work.Task.WaitOrLeaveAsync(told.Add, enough.Token);
        work.SetException(failure);
        Assert.Same(failure, await Assert.ThrowsAsync<IOException>(() => waiting));
        await enough.CancelAsync();
        Assert.Empty(told);
    }

    [Fact(Timeout = Limit)]
    public async Task Whoever_still_waits_gets_its_result()
    {
        var waiting = work.Task.WaitOrLeaveAsync(told.Add, CancellationToken.None);
        work.SetResult(7);
        Assert.Equal(7, await waiting);
    }

    [Fact]
    public void Its_failure_is_never_unobserved_even_if_the_log_fails_too()
    {
        var unobserved = new List<Exception>();
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            Fail();
            Collect();
            Assert.DoesNotContain(failure, unobserved);
            FailWithNobody(); // that the look is worth something
            Collect();
            Assert.Contains(failure, unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        void Note(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.InnerExceptions.Contains(failure)) // not those of other tests
                unobserved.Add(failure);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Fail() => Task.FromException(failure).Leave(_ => throw failure);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FailWithNobody() => _ = Task.FromException(failure);

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
