using System.ComponentModel;
using System.Diagnostics;

namespace Penstock.Processes;

/// <summary>
/// Everywhere, with the class library alone: <see cref="Process"/>. Slower to start and to see a death, and a thread pool thread reads
/// each output.
/// </summary>
internal sealed class PortableWorkerProcess : WorkerProcess
{
    // A process that the worker started may hold the pipes for ever: after so long a silence nothing more is expected,
    // nor after so long in all, since it may go on printing.
    private static readonly TimeSpan LastSilence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly WorkerStart start;
    private readonly Process process;
    private readonly TaskCompletionSource outputsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously); // it may exit before it is all set up
    private int id;
    private int lines;
    private int openOutputs = 2;

    private PortableWorkerProcess(WorkerLaunch launch, WorkerStart start, Action<WorkerProcess, WorkerExit>? died)
        : base(launch, died)
    {
        this.start = start;
        process = new Process { StartInfo = Describe(start), EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Pass(line.Data, Output);
        process.ErrorDataReceived += (_, line) => Pass(line.Data, Error);
        process.Exited += (_, _) => _ = EndAsync();
    }

    public override int Id => id;

    public static new PortableWorkerProcess Start(WorkerLaunch launch, Action<WorkerProcess, WorkerExit>? died)
    {
        var worker = new PortableWorkerProcess(launch, WorkerStart.Prepare(launch), died);
        try
        {
            worker.Start();
            return worker;
        }
        catch (Win32Exception exception)
        {
            worker.start.Message.Dispose();
            throw new IOException($"No worker process could be started from '{worker.start.Command.File}': {exception.Message}", exception);
        }
    }

    public override void Kill()
    {
        try
        {
            process.Kill();
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // It has ended.
        }
    }

    private static ProcessStartInfo Describe(WorkerStart start)
    {
        var description = new ProcessStartInfo(start.Command.File, start.Command.Arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        description.Environment.Clear();
        foreach (var (name, value) in start.Environment)
            description.Environment[name] = value;
        return description;
    }

    // Exit codes from 129 on stand for signals, of which there are 64, except on Windows, where any code is one.
    private static WorkerExit Read(int code) => code is > 128 and <= 128 + 64 && !OperatingSystem.IsWindows() ? WorkerExit.FromSignal(code - 128) : WorkerExit.FromCode(code);

    private void Start()
    {
        process.Start();
        id = process.Id;
        process.StandardInput.Close(); // nothing to read
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        started.SetResult();
    }

    private void Pass(string? line, WorkerOutput output)
    {
        if (line is null)
        {
            if (Interlocked.Decrement(ref openOutputs) == 0)
                outputsEnded.TrySetResult();
            return;
        }

        Interlocked.Increment(ref lines);
        output.Add(line);
        output.Print();
    }

    // Never blocks: the threads that read the outputs come from the same pool.
    private async Task EndAsync()
    {
        await started.Task.ConfigureAwait(false);
        var exit = Read(process.ExitCode);
        var heard = Task.WhenAny(outputsEnded.Task, Task.Delay(LastWords));
        for (var seen = -1; seen != Volatile.Read(ref lines) && !heard.IsCompleted;)
        {
            seen = Volatile.Read(ref lines);
            await Task.WhenAny(heard, Task.Delay(LastSilence)).ConfigureAwait(false);
        }

        OnDied(exit);
        DiagnosticFiles.Remove(id, start.Environment.GetValueOrDefault("TMPDIR"));
        start.Message.Dispose();
        process.Dispose();
        OnGone(exit);
    }
}
