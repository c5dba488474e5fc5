using System.Diagnostics;
using System.Runtime.InteropServices;
using ReadDigits.Reading;

namespace ReadDigits.Timelines;

/// <summary>A worker was busy with a page from one moment to another, in ticks of the stopwatch.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Stretch(int Page, long Start, long End);

/// <summary>What one worker of a stage did. Written by that worker alone; others may read <see cref="Done"/> at any time.</summary>
internal sealed class Lane(string stage, int worker)
{
    readonly List<Stretch> stretches = [];
    int done;
    int page;
    long start;

    public string Stage => stage;

    public int Worker => worker;

    /// <summary>To be read when the run has ended.</summary>
    public IReadOnlyList<Stretch> Stretches => stretches;

    public int Done => Volatile.Read(ref done);

    /// <summary>Passes the items on, and notes when the worker gets one.</summary>
    public IEnumerable<T> Follow<T>(IEnumerable<T> items)
        where T : IPageItem
    {
        foreach (var item in items)
        {
            (page, start) = (item.File.Number, Stopwatch.GetTimestamp());
            yield return item;
            Finish(); // for a sink, which yields nothing
        }
    }

    /// <summary>The worker has yielded its result, or asked for the next item.</summary>
    public void Finish()
    {
        if (start == 0)
            return;
        stretches.Add(new(page, start, Stopwatch.GetTimestamp()));
        start = 0;
        Volatile.Write(ref done, stretches.Count);
    }
}
