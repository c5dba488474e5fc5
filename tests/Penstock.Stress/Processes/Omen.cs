using System.Diagnostics;

namespace Penstock.Stress.Processes;

/// <summary>A stage to which something happens in the middle of its items.</summary>
public sealed record Omen(Fate Fate)
{
    /// <summary>Items of a run.</summary>
    public const int Count = 12;

    private const int At = 5;

    public static IEnumerable<byte[]> Produce(int size)
    {
        for (var i = 0; i < Count; i++)
            yield return [(byte)i, .. new byte[size]];
    }

    public static IEnumerable<byte[]> Pass(IEnumerable<byte[]> items, Omen omen)
    {
        if (omen.Fate == Fate.FalseStart)
            Environment.Exit(9);
        foreach (var item in items)
        {
            if (item[0] == At)
                omen.Happen();
            yield return item;
        }
    }

    private void Happen()
    {
        switch (Fate)
        {
            case Fate.Exception:
                throw new InvalidDataException("as foretold");
            case Fate.Kill or Fate.KillAndGiveUp:
            case Fate.KillAndRetry when PipelineContext.Current!.Attempt == 1:
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
                break;
            case Fate.Exit:
                Environment.Exit(3);
                break;
            case Fate.Hang:
                Thread.Sleep(Timeout.Infinite);
                break;
        }
    }
}
