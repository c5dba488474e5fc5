namespace Penstock.Tests.Support;

/// <summary>Sources and exceptions that many tests use.</summary>
internal static class Items
{
    public static IEnumerable<int> Endless()
    {
        for (var i = 0; ; i++)
            yield return i;
    }

    public static async IAsyncEnumerable<int> Asynchronous(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    /// <summary>So many items, then an exception.</summary>
    public static IEnumerable<int> ThenFail(int count, Exception exception)
    {
        for (var i = 0; i < count; i++)
            yield return i;
        throw exception;
    }

    /// <summary>Consumes everything.</summary>
    public static void Drop<T>(IEnumerable<T> items)
    {
        foreach (var _ in items)
        {
        }
    }
}

/// <summary>An exception that only tests throw.</summary>
/// <summary>Its message is made by a function, which does not cross to another process; without one, and there, its message throws.</summary>
internal sealed class WordedException(Func<string>? word) : Exception
{
    public override string Message => word!();
}

internal sealed class TestException(string message = "on purpose") : Exception(message);
