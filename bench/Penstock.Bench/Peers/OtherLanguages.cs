using System.Globalization;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>The programs of bench/peers, and how each of them is built and started.</summary>
internal static class OtherLanguages
{
    public static Contestant GoChannels(Topology topology) => Contestant.Peer(
        topology.Workers == 1 ? "Go channels" : "Go channels, unordered", Go([.. Arguments(topology), "unordered"]), ordered: topology.Workers == 1);

    public static Contestant GoChannelsInTurn(Topology topology) =>
        Contestant.Peer("Go channels, in turn", Go([.. Arguments(topology), "turns"]));

    public static Contestant OneTbb(Topology topology) => Contestant.Peer("oneTBB", new PeerProgram("pipeline.cpp", "c++ with oneTBB")
    {
        Build = ["c++", "-O2", "-std=c++17", "-o", "{folder}/pipeline", "{source}", "-ltbb"],
        Start = ["{folder}/pipeline", .. Arguments(topology)],
    });

    public static Contestant JavaQueues(Topology topology) => Contestant.Peer(
        topology.Workers == 1 ? "Java ArrayBlockingQueue" : "Java ArrayBlockingQueue, unordered",
        new PeerProgram("Queues.java", "javac and java")
        {
            Build = ["javac", "-d", "{folder}", "{source}"],
            Start = ["java", "-cp", "{folder}", "Queues", .. Arguments(topology), "platform"],
        },
        ordered: topology.Workers == 1);

    /// <summary>Strict slots in shared memory between three processes, and nothing else.</summary>
    public static Contestant CRing(int inFlight, int size, bool latency = false, TimeSpan pause = default) =>
        Contestant.Peer("bare C ring, 3 processes", new PeerProgram("ring.c", "cc, on Linux")
        {
            Build = ["cc", "-O2", "-o", "{folder}/ring", "{source}"],
            Start =
            [
                "{folder}/ring", Text(inFlight), Text(size), latency ? "latency" : "through", Text((int)pause.TotalMicroseconds),
            ],
        });

    private static PeerProgram Go(IReadOnlyList<string> arguments) => new("channels.go", "go")
    {
        Build = ["go", "build", "-o", "{folder}/channels", "{source}"],
        Start = ["{folder}/channels", .. arguments],
    };

    private static string[] Arguments(Topology topology) =>
        [Text(topology.Workers), Text(topology.InFlight), topology.Uneven ? "uneven" : "empty"];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
