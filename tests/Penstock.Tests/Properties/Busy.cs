namespace Penstock.Tests.Properties;

/// <summary>Work of random length: most often none, sometimes enough for the others to overtake.</summary>
internal static class Busy
{
    /// <summary>Without <paramref name="isAsynchronous"/> the work is done when this returns: it takes its time on the thread that calls.</summary>
    public static async ValueTask DoAsync(int value, int work, bool isAsynchronous = true)
    {
        switch (Kind(value, work))
        {
            case 1:
                Thread.SpinWait(Hash.Of(value, 9, 1) % 500);
                break;
            case 2 when isAsynchronous:
                await Task.Yield();
                break;
            case 2:
                Thread.Yield();
                break;
            case 3 when isAsynchronous:
                await Task.Delay(1);
                break;
            case 3:
                Thread.Sleep(1);
                break;
        }
    }

    public static void Do(int value, int work) => DoAsync(value, work, isAsynchronous: false).AsTask().GetAwaiter().GetResult();

    private static int Kind(int value, int work) => work == 0 ? 0 : (Hash.Of(value, 9, 0) % (work == 1 ? 1000 : 200)) switch
    {
        < 1 => 3,
        < 50 => 2,
        < 100 => 1,
        _ => 0,
    };
}
