using System.Globalization;
using System.Text.RegularExpressions;
using InferenceWorker;
using Penstock.Fleet.Tests.Fleets;

namespace Penstock.Fleet.Tests;

/// <summary>The program as a user meets it.</summary>
public class DemoTests
{
    [Fact(Timeout = 240_000)]
    public async Task The_demo_adds_up()
    {
        await using var demo = new WorkerProcess("--count", "60", "--poison", "5");
        Assert.Equal(0, await demo.ExitCodeAsync());
        var text = string.Join('\n', demo.Lines.All);
        var sum = Regex.Match(text, "(?<all>[0-9]+) jobs submitted = (?<stored>[0-9]+) results stored [+] (?<dead>[0-9]+) jobs put aside", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.True(sum.Success, text);
        Assert.Equal((60, 57, 3), (Number(sum, "all"), Number(sum, "stored"), Number(sum, "dead")));
        Assert.Equal(3, demo.Lines.All.Count(line => line.StartsWith("Put aside ", StringComparison.Ordinal)));
        Assert.Contains("SIGSEGV", text, StringComparison.Ordinal);
        Assert.Contains("is the limit", text, StringComparison.Ordinal);
    }

    [Theory(Timeout = 240_000)]
    [InlineData(0, "worker", "--help")]
    [InlineData(2, "walker")]
    [InlineData(2, "worker", "--cuont", "3")]
    [InlineData(2, "submit", "--count", "many")]
    [InlineData(2, "status", "--queue", "redis:nowhere")]
    [InlineData(1, "status", "--queue", "sqlite:/no/such/folder/jobs.db")]
    public async Task A_command_line_has_its_exit_code_and_a_reason(int exitCode, params string[] arguments)
    {
        await using var process = new WorkerProcess(arguments);
        Assert.Equal(exitCode, await process.ExitCodeAsync());
        Assert.NotEmpty(string.Concat(process.Lines.All));
        Assert.DoesNotContain("   at ", string.Join('\n', process.Lines.All), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task A_password_in_the_queue_s_address_is_not_printed()
    {
        await using var process = new WorkerProcess("status", "--queue", "rabbit://me:secret@broker:5672/");
        Assert.Equal(2, await process.ExitCodeAsync());
        var text = string.Concat(process.Lines.All);
        Assert.Contains("@broker:5672/", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amqp://me:secret@broker/", "…@broker/")]
    [InlineData("amqp://me:secr@t@broker/", "…@broker/")]
    [InlineData("amqp://broker/", "amqp://broker/")]
    [InlineData("sqlite:/home/me@work/jobs.db", "sqlite:/home/me@work/jobs.db")]
    public void A_queue_is_described_without_its_password(string where, string expected) => Assert.Equal(expected, JobQueue.Describe(where));

    private static int Number(Match match, string name) => int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
}
