using System.Diagnostics;
using System.Globalization;
using Penstock.Processes;
using Penstock.Tests.Support;

namespace Penstock.Tests.Processes;

/// <summary>What workers print goes to the console of this process.</summary>
public abstract class Printing : WorkerContract, IDisposable
{
    private readonly TextWriter output = Console.Out;
    private readonly TextWriter error = Console.Error;
    private readonly StringWriter printed = new();
    private readonly StringWriter printedErrors = new();

    protected Printing()
    {
        Console.SetOut(TextWriter.Synchronized(printed));
        Console.SetError(TextWriter.Synchronized(printedErrors));
    }

    [Fact]
    public Task Whole_lines_of_both_outputs_are_passed_on_before_the_worker_counts_as_gone() => Within.Time(async () =>
    {
        using var first = Start(Launch(Entries.Print, "500") with { Name = "first", LabelsOutput = true });
        using var second = Start(Launch(Entries.Print, "500") with { Name = "second", LabelsOutput = true });
        await Task.WhenAll(first.Exited, second.Exited);
        MustHavePrinted("first");
        MustHavePrinted("second");

        void MustHavePrinted(string name)
        {
            Assert.Equal(Expected(name, "out"), Lines(printed, name));
            Assert.Equal(Expected(name, "err"), Lines(printedErrors, name));
        }

        static IEnumerable<string> Expected(string name, string kind) =>
            Enumerable.Range(0, 500).Select(i => $"[{name}] {kind} {i} äöü€😀").Append($"[{name}] {kind} end");

        static IEnumerable<string> Lines(StringWriter printed, string name) =>
            printed.ToString().Split('\n').Where(line => line.StartsWith($"[{name}]", StringComparison.Ordinal));
    });

    [Fact]
    public Task The_tail_holds_the_last_twenty_lines_of_standard_error() => Within.Time(async () =>
    {
        var tail = "";
        using var worker = Start(Launch(Entries.Print, "100"), (w, _) => tail = w.StandardErrorTail);
        await worker.Exited;
        Assert.Equal([.. Enumerable.Range(81, 19).Select(i => $"err {i} äöü€😀"), "err end"], tail.Split('\n'));
    });

    [Fact]
    public Task A_process_that_the_worker_left_behind_does_not_hold_up_its_end() => Within.Time(async () =>
    {
        var start = Stopwatch.GetTimestamp();
        using var worker = Start(Launch(Entries.LeaveChild));
        var exit = await worker.Exited;
        var elapsed = Stopwatch.GetElapsedTime(start);
        using (var child = Process.GetProcessById(int.Parse(worker.StandardErrorTail, CultureInfo.InvariantCulture)))
            child.Kill();
        Assert.Equal(WorkerExit.FromCode(0), exit);
        Assert.InRange(elapsed.TotalSeconds, 0, 10); // the child would stay for 60
    });

    [Fact]
    public Task A_process_left_behind_that_goes_on_printing_does_not_hide_the_death() => Within.Time(async () =>
    {
        var start = Stopwatch.GetTimestamp();
        TimeSpan? told = null;
        using var worker = Start(Launch(Entries.LeaveTalker), (_, _) => told = Stopwatch.GetElapsedTime(start));
        Assert.Equal(WorkerExit.FromCode(0), await worker.Exited);
        Assert.InRange(told!.Value.TotalSeconds, 0, 10); // it prints for 20
    });

    [Fact]
    public Task A_console_that_throws_does_no_harm() => Within.Time(async () =>
    {
        Console.SetError(new Broken());
        using var worker = Start(Launch(Entries.Print, "10"));
        Assert.Equal(WorkerExit.FromCode(0), await worker.Exited);
        Assert.EndsWith("err end", worker.StandardErrorTail, StringComparison.Ordinal);
    });

    public void Dispose()
    {
        Console.SetOut(output);
        Console.SetError(error);
        printed.Dispose();
        printedErrors.Dispose();
        GC.SuppressFinalize(this);
    }

    private sealed class Broken : TextWriter
    {
        public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

        public override void Write(char value) => throw new ObjectDisposedException("console");
    }
}
