using Penstock.SharedMemory;

namespace Penstock.TestApp;

internal static class Regions
{
    private const long Size = 4L << 40;

    public static int Try()
    {
        var failures = 0;
        foreach (var attempt in new Action[] { () => SharedMemoryCheck.Require(Size, largestFile: Size), () => SharedRegion.Create("test", Size).Dispose() })
        {
            try
            {
                attempt();
            }
            catch (Exception exception) when (exception is PipelineDefinitionException or IOException)
            {
                Console.WriteLine(exception.Message);
                failures++;
            }
        }

        return failures == 0 ? 0 : 65;
    }
}
