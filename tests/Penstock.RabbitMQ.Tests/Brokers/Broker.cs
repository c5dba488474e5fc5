using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>
/// A RabbitMQ server of its own, on loopback and free ports, in a temporary folder: stopped, killed and started again with the same ports and
/// messages. Its port mapper and its cookie are its own too, so nothing is shared with the machine, and nothing is left behind. If the tests are
/// killed, it ends with them.
/// </summary>
public sealed class Broker : IAsyncDisposable
{
    private const string Programs = "/usr/lib/rabbitmq/bin";

    // A process group of its own, all of which is killed when its standard input ends: that is ours, and ends however we do. (A signal at the
    // parent's death would come when the thread ends that started it.)
    private static readonly string[] Bound = ["sh", "-c", "exec 3<&0; { cat <&3; kill -KILL 0; } >/dev/null 2>&1 & exec \"$0\" \"$@\" 3<&- </dev/null"];

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3); // seconds, unless the machine has much else to do
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    private readonly string folder = Directory.CreateTempSubdirectory("penstock-broker-").FullName;
    private readonly int mapperPort = FreePort();
    private readonly int distributionPort = FreePort();
    private readonly Process mapper;
    private readonly Lines output = new();
    private Process? server;
    private Process? launcher;

    private Broker(string settings, string advanced)
    {
        Write("rabbitmq.conf", $"""
            loopback_users.guest = true
            disk_free_limit.absolute = 1MB
            load_definitions = {folder}/definitions.json
            {settings}
            """);
        Write("advanced.config", advanced);
        Write("enabled_plugins", "[].");
        Write("definitions.json", Definitions);
        mapper = StartBound("epmd", "-address", "127.0.0.1", "-port", $"{mapperPort}");
    }

    /// <summary>Why there can be none here; null if there can.</summary>
    public static string? Missing { get; } =
        File.Exists($"{Programs}/rabbitmq-server") ? null : $"no RabbitMQ server is installed ({Programs}/rabbitmq-server); Debian's package rabbitmq-server has it";

    public int Port { get; } = FreePort();

    public bool IsRunning => launcher is { HasExited: false };

    public Uri Uri => At("guest:guest", "");

    /// <summary>Two virtual hosts; guest may do all in both, reader only read in the first, and writer only write.</summary>
    private static string Definitions => """
        {
          "users": [
            { "name": "guest", "password": "guest", "tags": "administrator" },
            { "name": "reader", "password": "secret!", "tags": "" },
            { "name": "writer", "password": "secret!", "tags": "" }
          ],
          "vhosts": [{ "name": "/" }, { "name": "other/one" }],
          "permissions": [
            { "user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*" },
            { "user": "guest", "vhost": "other/one", "configure": ".*", "write": ".*", "read": ".*" },
            { "user": "reader", "vhost": "/", "configure": "^$", "write": "^$", "read": ".*" },
            { "user": "writer", "vhost": "/", "configure": "^$", "write": ".*", "read": "^$" }
          ]
        }
        """;

    /// <param name="settings">Further lines of rabbitmq.conf; {folder} stands for the broker's folder.</param>
    /// <param name="advanced">An advanced.config.</param>
    public static async Task<Broker> StartNewAsync(string settings = "", string advanced = "[].")
    {
        var broker = new Broker(settings, advanced);
        try
        {
            await broker.StartAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A port on which nothing listens, given out once. It is none of those that the system gives to connections: one of these, of any program,
    /// might take it before its owner listens, or while a broker is away.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(10_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                if (Given.TryAdd(port, true))
                    return port;
            }
            catch (SocketException)
            {
                // It is taken.
            }
        }
    }

    public Uri At(string user, string path) => new($"amqp://{user}@127.0.0.1:{Port}/{path}");

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync()
    {
        var listens = output.NextAsync("completed with");
        launcher = StartBound($"{Programs}/rabbitmq-server");
        launcher.OutputDataReceived += (_, e) => output.Add(e.Data);
        launcher.ErrorDataReceived += (_, e) => output.Add(e.Data);
        launcher.BeginOutputReadLine();
        launcher.BeginErrorReadLine();
        var first = await Task.WhenAny(listens, launcher.WaitForExitAsync(), Task.Delay(StartTimeout));
        if (first != listens)
            throw new InvalidOperationException($"The broker did not start. Its last lines:\n{output}");
        server = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync($"{folder}/pid"), System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Ends it in an orderly way.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{server!.Id}"]))
            await kill.WaitForExitAsync();
        await EndedAsync();
    }

    /// <summary>As by a power cut.</summary>
    public async Task KillAsync()
    {
        server!.Kill();
        await EndedAsync();
    }

    /// <summary>What the system does with the pipes of a process that was killed: here, of the tests.</summary>
    public async Task OrphanAsync()
    {
        launcher!.StandardInput.Close();
        await EndedAsync();
    }

    /// <summary>Runs rabbitmqctl.</summary>
    public async Task ControlAsync(params string[] arguments)
    {
        using var control = Start($"{Programs}/rabbitmqctl", arguments);
        var errors = control.StandardError.ReadToEndAsync();
        await control.StandardOutput.ReadToEndAsync();
        await control.WaitForExitAsync();
        if (control.ExitCode != 0)
            throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)}: {await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            if (server is null)
                launcher!.Kill(entireProcessTree: true);
            else
                await KillAsync();
        }

        mapper.Kill();
        await mapper.WaitForExitAsync();
        foreach (var process in new[] { mapper, server, launcher })
            process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task EndedAsync()
    {
        await server!.WaitForExitAsync();
        await launcher!.WaitForExitAsync();
    }

    private Process StartBound(params string[] command) => Start("setsid", [.. Bound, .. command]);

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var (name, value) in Environment())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private Dictionary<string, string> Environment() => new(StringComparer.Ordinal)
    {
        ["HOME"] = folder,
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = $"{mapperPort}",
        ["RABBITMQ_NODENAME"] = $"penstock{Port}@localhost",
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = $"{Port}",
        ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
        ["RABBITMQ_MNESIA_BASE"] = $"{folder}/data",
        ["RABBITMQ_LOG_BASE"] = $"{folder}/log",
        ["RABBITMQ_LOGS"] = "-",
        ["RABBITMQ_PID_FILE"] = $"{folder}/pid",
        ["RABBITMQ_CONF_ENV_FILE"] = $"{folder}/none",
        ["RABBITMQ_CONFIG_FILE"] = $"{folder}/rabbitmq",
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = $"{folder}/advanced.config",
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = $"{folder}/enabled_plugins",

        // Erlang's schedulers must not spin on a machine with two cores.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
    };

    private void Write(string file, string text) => File.WriteAllText($"{folder}/{file}", text.Replace("{folder}", folder, StringComparison.Ordinal));
}
