using System.Globalization;
using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>Linux: a process just started, and our ends of what connects us.</summary>
/// <param name="Id">Its number, which stays its own until it is reaped.</param>
/// <param name="Descriptor">Can be read when it is dead.</param>
/// <param name="Output">The pipe that is its standard output.</param>
/// <param name="Error">The pipe that is its standard error.</param>
internal sealed unsafe partial record LinuxChild(int Id, int Descriptor, int Output, int Error)
{
    private const int DoNotWait = 1; // WNOHANG
    private const int SignalBits = 0x7F;
    private const int Kill = 9;

    // Added to this process's own: the kernel ends a worker rather than the process that can start another.
    private const int OutOfMemoryScore = 500;

    public static LinuxChild Start(WorkerStart start)
    {
        Span<int> ends = [-1, -1, -1, -1];
        try
        {
            (ends[0], ends[1]) = Descriptors.CreatePipe();
            (ends[2], ends[3]) = Descriptors.CreatePipe();
            var child = LinuxSpawn.Start(start.Command, start.Environment, ends[1], ends[3]);
            var descriptor = PidDescriptor.Open(child);
            if (descriptor < 0)
            {
                var refusal = SystemErrors.Explain(Marshal.GetLastPInvokeError());
                _ = SendSignal(child, Kill);
                _ = Wait(child, null, 0);
                throw new IOException($"It cannot be watched: {refusal}");
            }

            RaiseOutOfMemoryScore(child);
            var result = new LinuxChild(child, descriptor, ends[0], ends[2]);
            (ends[0], ends[2]) = (-1, -1);
            return result;
        }
        finally
        {
            foreach (var end in ends)
            {
                if (end >= 0)
                    _ = Descriptors.Close(end);
            }
        }
    }

    /// <summary>Takes the answer from the system, so that no zombie stays; null if the process is not dead yet.</summary>
    public static WorkerExit? Reap(int process)
    {
        int status;
        return Wait(process, &status, DoNotWait) switch
        {
            0 => null,
            < 0 => WorkerExit.Unknown, // children are not waited for in this process, or somebody else has
            _ when (status & SignalBits) is not 0 and var signal => WorkerExit.FromSignal(signal),
            _ => WorkerExit.FromCode((status >> 8) & 0xFF),
        };
    }

    private static void RaiseOutOfMemoryScore(int process)
    {
        try
        {
            var own = int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture);
            File.WriteAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/oom_score_adj"), Math.Min(1000, own + OutOfMemoryScore).ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is dead already, or a sandbox forbids it. The kernel then decides by size alone.
        }
    }

    [LibraryImport("libc", EntryPoint = "waitpid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(int process, int* status, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
