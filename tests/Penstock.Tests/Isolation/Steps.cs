using System.Runtime.CompilerServices;

namespace Penstock.Tests.Isolated;

/// <summary>Stage functions that another process finds by their names.</summary>
internal static class Steps
{
    public static IEnumerable<int> Count(int count) => Enumerable.Range(0, count);

    public static IEnumerable<int> CountUp()
    {
        for (var i = 0; ; i++)
            yield return i;
    }

    /// <summary>Its last block blocks on something that only the stage's token ends.</summary>
    /// <param name="isWrapped">Whether what comes of that lies in another exception.</param>
    /// <param name="stopping">The stage's token.</param>
    public static IEnumerable<int> CountUntilTold(bool isWrapped, CancellationToken stopping)
    {
        var never = Task.Delay(Timeout.Infinite, stopping);
        try
        {
            for (var i = 0; ; i++)
                yield return i;
        }
        finally
        {
            if (isWrapped)
                never.Wait(CancellationToken.None);
            else
                never.GetAwaiter().GetResult();
        }
    }

    /// <summary>The same beside something that fails.</summary>
    public static IEnumerable<int> CountBesideFailure(CancellationToken stopping)
    {
        Task[] background = [Task.Delay(Timeout.Infinite, stopping), Task.FromException(new IOException("the upload failed"))];
        try
        {
            for (var i = 0; ; i++)
                yield return i;
        }
        finally
        {
            Task.WaitAll(background, CancellationToken.None);
        }
    }

    public static async IAsyncEnumerable<int> CountSlowly(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    public static IEnumerable<int> Add(IEnumerable<int> items, int amount)
    {
        foreach (var item in items)
            yield return item + amount;
    }

    /// <summary>Two outputs for an item.</summary>
    public static IEnumerable<int> Twice(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            yield return item;
            yield return -item;
        }
    }

    public static IEnumerable<int> DropThirds(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            if (item % 3 != 0)
                yield return item;
        }
    }

    public static async IAsyncEnumerable<int> AddSlowly(IAsyncEnumerable<int> items, int amount, [EnumeratorCancellation] CancellationToken stopping)
    {
        await foreach (var item in items.WithCancellation(stopping))
        {
            await Task.Yield();
            yield return item + amount;
        }
    }

    public static IEnumerable<T> Pass<T>(IEnumerable<T> items)
    {
        foreach (var item in items)
            yield return item;
    }

    /// <summary>Which process it is that holds an item.</summary>
    public static IEnumerable<int> Processes(IEnumerable<int> items)
    {
        foreach (var _ in items)
            yield return Environment.ProcessId;
    }

    public static IEnumerable<int> SourceProcess()
    {
        while (true)
            yield return Environment.ProcessId;
    }

    /// <summary>Leaves a file when it begins, and one when it ends.</summary>
    public static IEnumerable<int> Noting(IEnumerable<int> items, string file)
    {
        Note(file, "began");
        try
        {
            foreach (var item in items)
                yield return item;
        }
        finally
        {
            Note(file, "ended");
        }
    }

    public static IEnumerable<int> NotingSource(string file)
    {
        Note(file, "began");
        try
        {
            for (var i = 0; ; i++)
                yield return i;
        }
        finally
        {
            Note(file, "ended");
        }
    }

    /// <summary>Leaves an empty file that is named after what happened and to whom.</summary>
    public static void Note(string file, string what) => File.WriteAllText($"{file}-{Environment.ProcessId}-{what}", "");

    public static IEnumerable<int> SayEach(IEnumerable<int> items, string word)
    {
        foreach (var item in items)
        {
            Console.WriteLine($"{word} {item}");
            yield return item;
        }
    }
}
