using Microsoft.Extensions.Logging;

namespace Penstock.Hosting.Workers;

/// <summary>The lines that were logged while one job was worked on.</summary>
/// <param name="least">The least severe that are kept.</param>
/// <param name="most">How many are kept: the last ones.</param>
/// <param name="time">The clock.</param>
internal sealed class JobLog(LogLevel least, int most, TimeProvider time)
{
    private readonly Queue<JobLogLine> lines = new(); // under its lock: any worker may log

    public IReadOnlyList<JobLogLine> Lines
    {
        get
        {
            lock (lines)
                return [.. lines];
        }
    }

    public void Add(LogLevel level, string stage, string text)
    {
        if (level < least)
            return;
        lock (lines)
        {
            if (lines.Count == most)
                lines.Dequeue();
            lines.Enqueue(new JobLogLine(time.GetUtcNow(), level, stage, text));
        }
    }
}
