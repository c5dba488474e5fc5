namespace Penstock.Tests.Contracts;

/// <summary>Every contract has a hard time limit, also where it blocks.</summary>
internal static class Limit
{
    private static readonly TimeSpan Hard = TimeSpan.FromMinutes(2);

    public static Task Within(Action test) =>
        Task.Factory.StartNew(test, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(Hard);

    public static Task Within(Func<Task> test) => Task.Run(test).WaitAsync(Hard);
}
