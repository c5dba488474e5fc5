using System.Globalization;

namespace Penstock.Hosting.Tests.Queues;

/// <summary>What the diaries of all processes say together.</summary>
internal sealed class Story
{
    // That of the workers, less what the queue, which counts in whole milliseconds, may cut off.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2) - TimeSpan.FromMilliseconds(1);

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
    /// <remarks>A busy machine may let any time pass between the lease and its line in the diary. So a lease counts from the moment when the job was free for it.</remarks>
    public void AssertNobodyHeldWhatAnotherHad()
    {
        foreach (var job in lines.GroupBy(line => line.Id, StringComparer.Ordinal))
        {
            var free = DateTimeOffset.MinValue;
            foreach (var (time, what, _) in job)
            {
                if (what is "took")
                {
                    Assert.True(time >= free, $"Job {job.Key} was taken at {time:O}, although it was leased to another one until {free:O} at least.");
                    free += Lease;
                }
                else if (what is "submitting" || (what is "failing" or "releasing" && time < free)) // later it had lost the job, and let nothing go
                {
                    free = time;
                }
            }
        }
    }

    private List<string> All(string what) => [.. lines.Where(line => string.Equals(line.What, what, StringComparison.Ordinal)).Select(line => line.Id)];
}
