using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Penstock.Bench.Measuring;

/// <summary>
/// A contestant in a process of its own, asleep until it is told to run. In one process the machine code that they share, the class library's
/// and the engine's, would be optimised for whoever came first, and one's garbage would be collected on another's time.
/// </summary>
internal sealed class ContestantProcess : IDisposable
{
    /// <summary>What is measured may hang; the benchmark must not.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private const int Attempts = 3;

    private readonly Process process;

    private ContestantProcess(Contestant contestant, Process process)
    {
        Contestant = contestant;
        this.process = process;
    }

    public Contestant Contestant { get; }

    /// <exception cref="AbsentException">The contestant cannot take part on this machine.</exception>
    public static async Task<ContestantProcess> StartAsync(string suite, string contest, Contestant contestant, Workshop workshop)
    {
        var command = contestant switch
        {
            { Program: { } program } => await workshop.MakeAsync(program, contestant),
            { IsPrecompiled: true } => await workshop.MakeAsync(PeerProgram.ThisPrecompiled([ContestantMain.Verb, suite, contest, contestant.Name]), contestant),
            _ => Self(suite, contest, contestant.Name),
        };
        command.RedirectStandardInput = true;
        command.RedirectStandardOutput = true;
        try
        {
            return new(contestant, Process.Start(command)!);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new AbsentException($"not installed: {contestant.Program?.Needs}");
        }
    }

    /// <summary>This program again, told to run one contestant.</summary>
    public static ProcessStartInfo Self(params IEnumerable<string> arguments)
    {
        var host = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? new(host, [Assembly.GetExecutingAssembly().Location, ContestantMain.Verb, .. arguments])
            : new(host, [ContestantMain.Verb, .. arguments]);
    }

    public Task WarmUpAsync(int items) => AskAsync($"{ContestantMain.WarmUpPrefix}{items}");

    public async Task<Round> MeasureAsync(int items)
    {
        var reply = await AskAsync(items.ToString(CultureInfo.InvariantCulture));
        var round = Round.Of(reply, items);
        Tally.Check(reply, Contestant, items);
        return round;
    }

    /// <summary>The difference of two lengths of the same run: what the further items cost once all is started.</summary>
    public async Task<Round> MeasureSteadyAsync(int items)
    {
        for (var attempt = 1; ; attempt++)
        {
            var shorter = await MeasureAsync(Math.Max(1, items / 4));
            var longer = await MeasureAsync(Math.Max(2, items / 4 * 3));
            // On a busy machine the start of the shorter run may take longer than the whole of the longer one, which then says nothing.
            if (longer.Elapsed > shorter.Elapsed || attempt == Attempts)
                return longer - shorter;
        }
    }

    public void Dispose()
    {
        // It leaves when there is nothing more to read; one that hangs does not.
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has left before it has read all.
        }

        if (!process.WaitForExit(TimeSpan.FromSeconds(5)))
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private async Task<Reply> AskAsync(string question)
    {
        string? line;
        try
        {
            await process.StandardInput.WriteLineAsync(question);
            await process.StandardInput.FlushAsync();
            line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        }
        catch (IOException)
        {
            line = null; // somebody has killed it while it slept
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new ContestException(Contestant, $"{question} items were not done within {Limit}");
        }

        if (line is null)
            throw new ContestException(Contestant, "its process has ended");
        if (Reply.TryParse(line) is not { } reply)
            throw new ContestException(Contestant, $"it said '{line}'");
        return reply.Error is null ? reply : throw new ContestException(Contestant, reply.Error);
    }
}
