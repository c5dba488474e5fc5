using System.Globalization;

namespace Penstock.Hosting.Tests.Queues;

/// <summary>What the diaries of all processes say together.</summary>
internal sealed class Story
{
    // The workers' lease is 2 s; a second of it may pass before a job is in the diary.
    private static readonly TimeSpan SurelyHeld = TimeSpan.FromSeconds(1);

    private readonly List<(DateTimeOffset Time, string What, string Id)> lines;

    private Story(List<(DateTimeOffset, string, string)> lines) => this.lines = lines;

    public List<string> Submitting => All("submitting");

    public List<string> Submitted => All("submitted");

    public List<string> Completing => All("completing");

    /// <summary>Each of them once.</summary>
    public List<string> Completed
    {
        get
        {
            var ids = All("completed");
            Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
            return ids;
        }
    }

    public static Story Read(string folder) => new([.. Directory.GetFiles(folder).SelectMany(File.ReadAllLines)
        .Select(line => line.Split(' '))
        // The last line of a killed process may be cut off.
        .Where(words => words is [_, _, { Length: 32 }])
        .Select(words => (new DateTimeOffset(long.Parse(words[0], CultureInfo.InvariantCulture), TimeSpan.Zero), words[1], words[2]))
        .OrderBy(line => line.Item1)]);

    /// <summary>Between two workers that took a job, the first one let it go, or its lease ended.</summary>
    public void AssertNobodyHeldWhatAnotherHad()
    {
        foreach (var job in lines.GroupBy(line => line.Id, StringComparer.Ordinal))
        {
            DateTimeOffset? taken = null;
            foreach (var (time, what, _) in job)
            {
                if (what is "took")
                {
                    Assert.False(time - taken < SurelyHeld, $"Job {job.Key} was taken at {taken:O} and again at {time:O}.");
                    taken = time;
                }
                else if (what is "completing" or "failing" or "releasing")
                {
                    taken = null;
                }
            }
        }
    }

    private List<string> All(string what) => [.. lines.Where(line => string.Equals(line.What, what, StringComparison.Ordinal)).Select(line => line.Id)];
}
