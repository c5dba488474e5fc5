using System.Globalization;
using System.Text.Json;
using InferenceWorker;
using InferenceWorker.Commands;
using InferenceWorker.Hosting;
using YamlDotNet.RepresentationModel;

namespace Penstock.Fleet.Tests.Deployment;

/// <summary>The deployment files say only what the program understands, and leave it the time that it needs.</summary>
public class DeploymentTests
{
    private const string Folder = "examples/InferenceWorker/deploy";

    private static readonly HashSet<string> Instructions =
        new(["ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "RUN", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"], StringComparer.Ordinal);

    [Fact]
    public void The_image_is_built_in_stages_and_runs_the_worker_as_no_root()
    {
        var lines = Repository.Read($"{Folder}/Dockerfile").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 2)).ToLookup(line => line[0], line => line[1], StringComparer.Ordinal);
        Assert.Subset(Instructions, lines.Select(line => line.Key).ToHashSet(StringComparer.Ordinal));
        string Last(string instruction) => lines[instruction].Last();

        Assert.Equal(2, lines["FROM"].Count());
        Assert.Equal("$APP_UID", Last("USER"));
        Assert.Equal("SIGTERM", Last("STOPSIGNAL"));
        Assert.Equal(["dotnet", "InferenceWorker.dll"], JsonSerializer.Deserialize<string[]>(Last("ENTRYPOINT"))!);
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "InferenceWorker.dll")));
        Understood(JsonSerializer.Deserialize<string[]>(Last("CMD"))!);
    }

    [Fact]
    public void Compose_starts_what_there_is()
    {
        var services = Documents("compose.yml").Single()["services"];
        var worker = services["worker"];
        Understood(Texts(worker["command"]));
        Understood(Texts(services["files"]["command"]));
        Assert.Equal("8080", ValueOf("--port", Texts(services["files"]["command"])));
        Stops(worker["command"], Text(worker["stop_grace_period"]).TrimEnd('s'));

        var environment = Documents("compose.yml").Single()["x-fleet"]["environment"];
        var names = ((YamlMappingNode)environment).Children.Keys.Select(Text).ToList();
        Assert.All(names, IsSetting);
        Assert.Equal("http://files:8080/", Text(environment["Fleet__Files"]));
    }

    [Fact]
    public void Kubernetes_probes_the_health_that_the_worker_shows_and_lets_it_drain()
    {
        var deployment = Documents("kubernetes.yml")[0];
        var pod = deployment["spec"]["template"]["spec"];
        var container = ((YamlSequenceNode)pod["containers"]).Single();
        var arguments = Texts(container["args"]);
        Understood(arguments);
        Stops(container["args"], Text(pod["terminationGracePeriodSeconds"]));

        var port = ((YamlSequenceNode)container["ports"]).Single();
        Assert.Equal(ValueOf("--health-port", arguments), Text(port["containerPort"]));
        Assert.Equal((HealthEndpoint.Ready, Text(port["name"])), Probe("readinessProbe"));
        Assert.Equal((HealthEndpoint.Live, Text(port["name"])), Probe("livenessProbe"));
        Assert.All(((YamlSequenceNode)container["env"]).Select(variable => Text(variable["name"])), IsSetting);

        (string, string) Probe(string name) => (Text(container[name]["httpGet"]["path"]), Text(container[name]["httpGet"]["port"]));
    }

    [Fact]
    public void Kubernetes_scales_that_deployment_by_that_queue()
    {
        var (deployment, scaled) = (Documents("kubernetes.yml")[0], Documents("kubernetes.yml")[1]);
        Assert.Equal(Text(deployment["metadata"]["name"]), Text(scaled["spec"]["scaleTargetRef"]["name"]));
        var trigger = ((YamlSequenceNode)scaled["spec"]["triggers"]).Single()["metadata"];
        Assert.Equal(new RabbitMQ.RabbitMqJobQueueOptions().Queue, Text(trigger["queueName"]));
        IsSetting(Text(trigger["hostFromEnv"]));
    }

    private static List<YamlNode> Documents(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read($"{Folder}/{file}")));
        return [.. yaml.Documents.Select(document => document.RootNode)];
    }

    private static void Understood(IReadOnlyList<string> arguments) =>
        Assert.NotNull(Invocation.Of(CommandLine.Parse(arguments)).Options);

    private static void IsSetting(string variable) =>
        Assert.NotNull(typeof(FleetOptions).GetProperty(variable.Replace("Fleet__", "", StringComparison.Ordinal)));

    // Ten seconds more than the worker takes at most: it must never be killed while it gives jobs back.
    private static void Stops(YamlNode arguments, string grace) =>
        Assert.InRange(int.Parse(grace, CultureInfo.InvariantCulture), int.Parse(ValueOf("--shutdown-timeout", Texts(arguments)), CultureInfo.InvariantCulture) + 10, int.MaxValue);

    private static string ValueOf(string option, List<string> arguments) => arguments[arguments.IndexOf(option) + 1];

    private static List<string> Texts(YamlNode node) => [.. ((YamlSequenceNode)node).Select(Text)];

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;
}
