using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>
/// A RabbitMQ server of its own, on loopback and free ports, in a temporary folder: stopped, killed and started again with the same ports and
/// messages. Its port mapper and its cookie are its own too, so nothing is shared with the machine, and nothing is left behind.
/// </summary>
public sealed class Broker : IAsyncDisposable
{
    private const string Programs = "/usr/lib/rabbitmq/bin";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("penstock-broker-").FullName;
    private readonly int _mapperPort = FreePort();
    private readonly int _distributionPort = FreePort();
    private readonly Process _mapper;
    private readonly Lines _output = new();
    private Process? _server;
    private Process? _launcher;

    private Broker(string settings, string advanced)
    {
        Write("rabbitmq.conf", $"""
            loopback_users.guest = true
            disk_free_limit.absolute = 1MB
            load_definitions = {_folder}/definitions.json
            {settings}
            """);
        Write("advanced.config", advanced);
        Write("enabled_plugins", "[].");
        Write("definitions.json", Definitions);
        _mapper = Start("epmd", "-address", "127.0.0.1", "-port", $"{_mapperPort}");
    }

    /// <summary>Why there can be none here; null if there can.</summary>
    public static string? Missing { get; } =
        File.Exists($"{Programs}/rabbitmq-server") ? null : $"no RabbitMQ server is installed ({Programs}/rabbitmq-server); Debian's package rabbitmq-server has it";

    public int Port { get; } = FreePort();

    public bool IsRunning => _launcher is { HasExited: false };

    public Uri Uri => At("guest:guest", "");

    /// <summary>Two virtual hosts; guest may do all in both, reader only read in the first.</summary>
    private static string Definitions => """
        {
          "users": [
            { "name": "guest", "password": "guest", "tags": "administrator" },
            { "name": "reader", "password": "secret!", "tags": "" }
          ],
          "vhosts": [{ "name": "/" }, { "name": "other/one" }],
          "permissions": [
            { "user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*" },
            { "user": "guest", "vhost": "other/one", "configure": ".*", "write": ".*", "read": ".*" },
            { "user": "reader", "vhost": "/", "configure": "^$", "write": "^$", "read": ".*" }
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

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public Uri At(string user, string path) => new($"amqp://{user}@127.0.0.1:{Port}/{path}");

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync()
    {
        var listens = _output.NextAsync("completed with");
        _launcher = Start($"{Programs}/rabbitmq-server");
        _launcher.OutputDataReceived += (_, e) => _output.Add(e.Data);
        _launcher.ErrorDataReceived += (_, e) => _output.Add(e.Data);
        _launcher.BeginOutputReadLine();
        _launcher.BeginErrorReadLine();
        var first = await Task.WhenAny(listens, _launcher.WaitForExitAsync(), Task.Delay(StartTimeout));
        if (first != listens)
            throw new InvalidOperationException($"The broker did not start. Its last lines:\n{_output}");
        _server = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync($"{_folder}/pid"), System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Ends it in an orderly way.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_server!.Id}"]))
            await kill.WaitForExitAsync();
        await EndedAsync();
    }

    /// <summary>As by a power cut.</summary>
    public async Task KillAsync()
    {
        _server!.Kill();
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
            if (_server is null)
                _launcher!.Kill(entireProcessTree: true);
            else
                await KillAsync();
        }

        _mapper.Kill();
        await _mapper.WaitForExitAsync();
        foreach (var process in new[] { _mapper, _server, _launcher })
            process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task EndedAsync()
    {
        await _server!.WaitForExitAsync();
        await _launcher!.WaitForExitAsync();
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var (name, value) in Environment())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private Dictionary<string, string> Environment() => new(StringComparer.Ordinal)
    {
        ["HOME"] = _folder,
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = $"{_mapperPort}",
        ["RABBITMQ_NODENAME"] = $"penstock{Port}@localhost",
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = $"{Port}",
        ["RABBITMQ_DIST_PORT"] = $"{_distributionPort}",
        ["RABBITMQ_MNESIA_BASE"] = $"{_folder}/data",
        ["RABBITMQ_LOG_BASE"] = $"{_folder}/log",
        ["RABBITMQ_LOGS"] = "-",
        ["RABBITMQ_PID_FILE"] = $"{_folder}/pid",
        ["RABBITMQ_CONF_ENV_FILE"] = $"{_folder}/none",
        ["RABBITMQ_CONFIG_FILE"] = $"{_folder}/rabbitmq",
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = $"{_folder}/advanced.config",
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = $"{_folder}/enabled_plugins",

        // Erlang's schedulers must not spin on a machine with two cores.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
    };

    private void Write(string file, string text) => File.WriteAllText($"{_folder}/{file}", text.Replace("{folder}", _folder, StringComparison.Ordinal));
}
