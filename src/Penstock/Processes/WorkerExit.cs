namespace Penstock.Processes;

/// <summary>How a worker process ended. Neither is known if something else in this process took the answer from the system.</summary>
/// <param name="ExitCode">The code, if it exited by itself.</param>
/// <param name="Signal">The name of the signal that ended it, such as SIGSEGV.</param>
internal sealed record WorkerExit(int? ExitCode, string? Signal)
{
    private static readonly string[] SignalNames =
    [
        "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT",
        "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    public static WorkerExit Unknown { get; } = new(null, null);

    public static WorkerExit FromCode(int code) => new(code, null);

    /// <param name="number">As Linux counts signals.</param>
    public static WorkerExit FromSignal(int number) => new(null, number >= 1 && number <= SignalNames.Length ? SignalNames[number - 1] : $"signal {number}");

    public override string ToString() => this switch
    {
        { Signal: { } signal } => $"was ended by {signal}",
        { ExitCode: { } code } => $"exited with code {code}",
        _ => "ended, nobody knows how",
    };
}
