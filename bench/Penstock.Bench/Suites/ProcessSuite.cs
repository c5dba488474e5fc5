using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>Items of all sizes from process to process to process, beside a bare ring in C that does no more than that.</summary>
internal sealed class ProcessSuite : Suite
{
    private const int InFlight = 12;

    /// <summary>Twelve of the largest would take more memory than many a machine has.</summary>
    private const int InFlightOfGiants = 2;

    /// <summary>
    /// How often each slot is used in a round: memory is several times slower when it is touched for the first time, which the shorter
    /// of the two runs is to pay for all slots.
    /// </summary>
    private const int PassesOfGiants = 10;

    private const string PublishedSource =
        "pipeline-lib 0.5.0 (Python), measured on a machine of two cores; not run here, so not compared";

    public override string Name => "process";

    public override string Topic => "generate → +1 → consume, each in a process of its own, the sink in the application's";

    public override IEnumerable<Contest> Contests =>
    [
        Of("24-byte struct",
        [
            Measurement.Crossing.Processes(InFlight, 24),
            Measurement.Crossing.Threads(InFlight, 24),
            OtherLanguages.CRing(InFlight, 24),
        ],
        [new Published("pipeline_lib, small items, 12,000 to 17,000", 17_000, PublishedSource)]),
        Of("record as JSON",
        [
            Letter.Crossing.Processes(InFlight, Letter.Bytes),
            Letter.Crossing.Threads(InFlight, Letter.Bytes),
            OtherLanguages.CRing(InFlight, Letter.Bytes),
        ]) with { FullOnly = true },
        Arrays("4 KB arrays", 4_000, InFlight) with { FullOnly = true },
        Arrays("64 KB arrays", 64_000, InFlight) with { FullOnly = true },
        Arrays("1 MB arrays", 1_000_000, InFlight),
        Arrays("40 MB arrays", 40_000_000, InFlight) with
        {
            FullOnly = true,
            Items = _ => PassesOfGiants * InFlight,
            Published = [new Published("pipeline_lib, 40 MB arrays", 27, PublishedSource)],
        },
        Arrays("400 MB arrays", 400_000_000, InFlightOfGiants) with
        {
            FullOnly = true,
            Items = _ => PassesOfGiants * InFlightOfGiants,
            MostRounds = 3,
        },
    ];

    private static Contest Arrays(string name, int size, int inFlight) => Of($"{name}, {inFlight} in flight",
    [
        Blocks.Crossing.Processes(inFlight, size),
        Blocks.Crossing.Threads(inFlight, size),
        RentedBlocks.Crossing.Processes(inFlight, size) with { Name = "Penstock, processes, Buffer<T>" },
        OtherLanguages.CRing(inFlight, size),
        Machinery.Copy("memcpy of one item", size),
    ]);

    private static Contest Of(string name, IReadOnlyList<Contestant> contestants, IReadOnlyList<Published>? published = null) =>
        new(name, contestants)
        {
            Published = published ?? [],
            // Processes are started, and their code is compiled, in every run anew.
            Steady = true,
            RoundTime = pace => pace.Seconds(full: 3, quick: 0.3),
        };
}
