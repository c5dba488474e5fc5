using Penstock.Tests.Support;
using Penstock.Waiting;

namespace Penstock.Tests.Waiting;

public class CrowdedProcessors
{
    private const int Processors = 4;

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(0.4);
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(40);

    private readonly TestClock clock = new();
    private readonly Crowding crowding;
    private Crowding.Use? use = default(Crowding.Use);
    private int looks;

    public CrowdedProcessors() => crowding = new Crowding(Processors, () =>
    {
        looks++;
        return use;
    }, clock);

    [Fact]
    public void They_are_crowded_when_a_yield_takes_long_and_hardly_any_time_is_idle()
    {
        crowding.OnYielded(Long, weight: 8);
        Assert.False(crowding.IsCrowded, "One look says nothing.");

        Pass(milliseconds: 200, idleTime: 15); // of 800
        crowding.OnYielded(Short, weight: 1000);
        Assert.False(crowding.IsCrowded, "A short yield is no reason to look.");
        crowding.OnYielded(Long, weight: 8);
        Assert.True(crowding.IsCrowded);
    }

    [Fact]
    public void They_are_not_while_one_of_them_is_idle()
    {
        crowding.OnYielded(Long, weight: 8);
        Pass(milliseconds: 200, idleTime: 200);
        crowding.OnYielded(Long, weight: 8);
        Assert.False(crowding.IsCrowded);
    }

    [Fact]
    public void They_are_not_when_few_yields_take_long()
    {
        crowding.OnYielded(Long, weight: 1);
        Pass(milliseconds: 200, idleTime: 0);
        crowding.OnYielded(Long, weight: 1); // a fifth of the time
        Assert.False(crowding.IsCrowded);
    }

    [Fact]
    public void They_are_not_while_it_is_this_process_that_uses_them()
    {
        crowding.OnYielded(Long, weight: 8);
        Pass(milliseconds: 200, idleTime: 0, ownTime: 601); // of 800
        crowding.OnYielded(Long, weight: 8);
        Assert.False(crowding.IsCrowded);

        Pass(milliseconds: 200, idleTime: 0, ownTime: 599);
        crowding.OnYielded(Long, weight: 8);
        Assert.True(crowding.IsCrowded);
    }

    [Fact]
    public void A_look_of_long_ago_says_nothing()
    {
        crowding.OnYielded(Long, weight: 8);
        Pass(milliseconds: 1100, idleTime: 0);
        crowding.OnYielded(Long, weight: 8);
        Assert.False(crowding.IsCrowded);

        Pass(milliseconds: 100, idleTime: 0);
        crowding.OnYielded(Long, weight: 8);
        Assert.True(crowding.IsCrowded);
    }

    [Fact]
    public void They_are_until_some_time_is_idle_again_which_is_looked_at_ten_times_a_second()
    {
        BeCrowded();
        var before = looks;
        for (var i = 0; i < 50; i++)
        {
            Pass(milliseconds: 10, idleTime: 0);
            Assert.True(crowding.IsCrowded);
        }

        Assert.Equal(5, looks - before);
        Pass(milliseconds: 5000, idleTime: 399); // nobody has waited meanwhile
        Assert.True(crowding.IsCrowded);
        Pass(milliseconds: 100, idleTime: 20);
        Assert.False(crowding.IsCrowded);
    }

    [Fact]
    public void They_are_not_where_the_idle_time_is_not_known()
    {
        use = null;
        for (var i = 0; i < 5; i++)
        {
            crowding.OnYielded(Long, weight: 8);
            Pass(milliseconds: 200, idleTime: 0);
            Assert.False(crowding.IsCrowded);
        }
    }

    [Fact]
    public void To_look_allocates_nothing()
    {
        Assert.Equal(OperatingSystem.IsLinux(), Crowding.ReadUse() is { } now && now.Idle > TimeSpan.Zero && now.Own > TimeSpan.Zero);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Crowding.ReadUse();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public Task Then_a_thread_does_not_yield_and_is_no_batch_work_until_they_are_free_again() => Within.Time(() =>
    {
        var seen = new List<(string Policy, int Asked)>();
        var thread = new Thread(() =>
        {
            BatchScheduling.Choose();
            var spinner = new Spinner(crowding);
            var condition = new Never();
            Look();
            BeCrowded();
            spinner.Try(condition);
            Look();
            Pass(milliseconds: 100, idleTime: 100);
            spinner.Try(condition);
            Look();

            void Look() => seen.Add((Policy(), condition.Asked));
        });
        thread.Start();
        thread.Join();

        var (other, batch) = OperatingSystem.IsLinux() ? ("0", "3") : ("", "");
        Assert.Equal([(batch, 0), (other, 0)], seen[..2]);
        Assert.Equal(batch, seen[2].Policy);
        Assert.NotEqual(0, seen[2].Asked);
    });

    [Fact]
    public Task A_thread_that_is_no_batch_work_stays_so() => Within.Time(() =>
    {
        var seen = new List<string>();
        var thread = new Thread(() =>
        {
            var spinner = new Spinner(crowding);
            BeCrowded();
            spinner.Try(new Never());
            seen.Add(Policy());
            Pass(milliseconds: 100, idleTime: 100);
            spinner.Try(new Never());
            seen.Add(Policy());
        });
        thread.Start();
        thread.Join();
        Assert.All(seen, static policy => Assert.Equal(OperatingSystem.IsLinux() ? "0" : "", policy));
    });

    private void BeCrowded()
    {
        crowding.OnYielded(Long, weight: 8);
        Pass(milliseconds: 200, idleTime: 0);
        crowding.OnYielded(Long, weight: 8);
        Assert.True(crowding.IsCrowded);
    }

    private void Pass(int milliseconds, int idleTime, int ownTime = 0)
    {
        clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        if (use is var (idle, own))
            use = new(idle + TimeSpan.FromMilliseconds(idleTime), own + TimeSpan.FromMilliseconds(ownTime));
    }

    // The 41st field; the second one, the name in parentheses, may have spaces.
    private static string Policy() => OperatingSystem.IsLinux() ? File.ReadAllText("/proc/thread-self/stat").Split(')')[^1].Split(' ')[39] : "";

    private sealed class Never : ICondition
    {
        public int Asked { get; private set; }

        public bool IsMet()
        {
            Asked++;
            return false;
        }
    }
}
