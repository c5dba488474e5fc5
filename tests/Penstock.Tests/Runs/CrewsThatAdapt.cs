using Penstock.Stages.Crews;

namespace Penstock.Tests.Runs;

/// <summary>How many threads help a crew, by what its steps cost.</summary>
public sealed class CrewsThatAdapt
{
    private const int Workers = 100; // more than there are processors
    private const long Frequency = 1_000_000_000;
    private const long Microsecond = Frequency / 1_000_000;

    private readonly Staffing staffing = new(Workers, Frequency);

    [Fact]
    public void Begin_with_a_helper_for_each_processor_and_without_the_consumer()
    {
        Assert.Equal(Environment.ProcessorCount, staffing.Helpers);
        Assert.False(staffing.ConsumerHelps);
    }

    [Fact]
    public void Take_one_long_step_for_the_compilation_of_its_code()
    {
        staffing.Report(1000 * Microsecond);
        Assert.Equal(Environment.ProcessorCount, staffing.Helpers);
        Report(20, 5 * Microsecond);
        Assert.Equal(Environment.ProcessorCount - 1, staffing.Helpers);
        Assert.True(staffing.ConsumerHelps);
    }

    [Fact]
    public void Let_all_in_after_two_long_steps()
    {
        Report(2, 1000 * Microsecond);
        Assert.Equal(Workers + 1, staffing.Helpers);
        Assert.False(staffing.ConsumerHelps);
    }

    [Fact]
    public void Let_the_consumer_take_part_where_steps_are_neither_cheap_nor_costly()
    {
        Report(50, 18 * Microsecond);
        Assert.Equal(Environment.ProcessorCount - 1, staffing.Helpers);
        Assert.True(staffing.ConsumerHelps);
        Assert.False(staffing.IsDue(1));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public void Pull_ahead_for_a_sleeping_consumer_where_that_takes_less_than_to_share_the_work(int microseconds, bool isQuick) =>
        Assert.Equal(isQuick, staffing.IsQuick(microseconds * Microsecond));

    [Fact]
    public void Leave_cheap_steps_to_the_consumer()
    {
        Report(100, Microsecond / 2);
        Assert.Equal(0, staffing.Helpers);
        Assert.True(staffing.ConsumerHelps);
    }

    [Fact]
    public void Count_what_an_item_takes_its_source_with_every_step()
    {
        for (var i = 0; i < 200; i++)
        {
            if (i % 20 == 0)
                staffing.ReportPull(5 * Microsecond); // several at once
            staffing.Report(Microsecond / 2);
        }

        Assert.Equal(Environment.ProcessorCount - 1, staffing.Helpers);
    }

    [Fact]
    public void Take_one_long_pull_for_bad_luck()
    {
        Report(100, Microsecond / 2);
        staffing.ReportPull(10_000 * Microsecond);
        for (var i = 0; i < 100; i++)
        {
            staffing.ReportPull(Microsecond / 10);
            staffing.Report(Microsecond / 2);
            Assert.InRange(staffing.Helpers, 0, Environment.ProcessorCount - 1);
        }

        Assert.Equal(0, staffing.Helpers);
    }

    [Theory]
    [InlineData(0.5, 1.5, 0)] // neither clearly dearer
    [InlineData(5, 20, 1)]
    [InlineData(100, 20, 2)] // nor clearly cheaper
    public void Stay_as_they_are_between_two_levels(double first, double then, int level)
    {
        Report(200, (long)(first * Microsecond));
        Report(200, (long)(then * Microsecond));
        Assert.Equal(level switch { 0 => 0, 1 => Environment.ProcessorCount - 1, _ => Workers + 1 }, staffing.Helpers);
    }

    [Fact]
    public void Measure_each_step_until_they_know_and_few_from_then_on()
    {
        Assert.All(Enumerable.Range(0, 16), step => Assert.True(staffing.IsDue(step)));
        Report(20, Microsecond);
        Assert.InRange(Enumerable.Range(0, 64).Count(step => staffing.IsDue(step)), 1, 8);
    }

    private void Report(int steps, long ticks)
    {
        for (var i = 0; i < steps; i++)
            staffing.Report(ticks);
    }
}
