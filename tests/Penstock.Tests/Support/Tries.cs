namespace Penstock.Tests.Support;

/// <summary>For what must be done within a time that the product sets: a busy machine may delay one try beyond it, but not all of them.</summary>
internal static class Tries
{
    /// <summary>Over with the first try that succeeds; if none does, it fails as the last one has.</summary>
    /// <param name="most">So many tries.</param>
    /// <param name="body">Gets the number of the try.</param>
    public static async Task OneOf(int most, Func<int, Task> body)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                await body(number);
                return;
            }
            catch (Exception) when (number < most)
            {
                // Once more.
            }
        }
    }
}
