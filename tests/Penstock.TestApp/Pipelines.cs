namespace Penstock.TestApp;

internal static class Pipelines
{
    private static readonly StageOptions Process = new() { Isolation = Isolation.Process };

    public static void RunForEver()
    {
        var seen = new HashSet<int>();
        var isTold = false;
        foreach (var (first, second) in Pipeline.From(Numbers, Process).Then(AddNumber, Process with { Workers = 2 }).AsEnumerable())
        {
            seen.Add(first);
            seen.Add(second);
            if (seen.Count < 3 || isTold)
                continue;
            Console.WriteLine($"workers {string.Join(' ', seen)}");
            isTold = true;
        }
    }

    private static IEnumerable<int> Numbers()
    {
        while (true)
            yield return Environment.ProcessId;
    }

    private static IEnumerable<(int First, int Second)> AddNumber(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return (item, Environment.ProcessId);
    }
}
