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

    private const string Smallest = "4 KB arrays";
    private const string Large = "40 MB arrays";
    private const string OnlyEnds = "Penstock, processes, Buffer<T>, only its ends";

    /// <summary>As many of each size: they cost the same.</summary>
    private const int ManyEnds = 200_000;

    private const string PublishedSource =
        "pipeline-lib 0.5.0 (Python), measured on a machine of two cores; not run here, so not compared";

    private static readonly Claim NearTheRing = Claim.Times(0.6, "the bare ring in C", static rival => rival.Role == Role.Peer);

    private static readonly Published SmallItems = new("pipeline_lib, small items, 12,000 to 17,000", 17_000, PublishedSource);

    public override string Name => "process";

    public override string Topic => "generate → +1 → consume, each in a process of its own, the sink in the application's";

    public override IEnumerable<Trend> Trends =>
        [new(OnlyEnds, "at most twice the time for ten thousand times the size", NameOf(Smallest, InFlight), NameOf(Large, InFlight), Trend.TimePerItem, Most: 2)];

    public override IEnumerable<Contest> Contests =>
    [
        Of("24-byte struct",
        [
            Measurement.Crossing.Processes(InFlight, 24) with { Claims = [NearTheRing, Claim.TimesPublished(100)] },
            Measurement.Crossing.Threads(InFlight, 24),
            OtherLanguages.CRing(InFlight, 24),
        ],
        [SmallItems]),
        Of("record as JSON",
        [
            Letter.Crossing.Processes(InFlight, Letter.Bytes) with { Claims = [Claim.TimesPublished(15)] },
            Letter.Crossing.Threads(InFlight, Letter.Bytes),
            OtherLanguages.CRing(InFlight, Letter.Bytes),
        ],
        [SmallItems]) with { FullOnly = true },
        Arrays(Smallest, 4_000, InFlight) with { FullOnly = true },
        Arrays("64 KB arrays", 64_000, InFlight) with { FullOnly = true },
        Arrays("1 MB arrays", 1_000_000, InFlight),
        Arrays(Large, 40_000_000, InFlight, Claim.TimesPublished(4)) with
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

    private static Contest Arrays(string name, int size, int inFlight, params IReadOnlyList<Claim> claims) => Of(NameOf(name, inFlight),
    [
        Blocks.Crossing.Processes(inFlight, size) with { Claims = claims },
        Blocks.Crossing.Threads(inFlight, size),
        RentedBlocks.Crossing.Processes(inFlight, size) with { Name = "Penstock, processes, Buffer<T>" },
        RentedBlocks.OnlyEnds.Processes(inFlight, size) with { Name = OnlyEnds, Items = ManyEnds, Role = Role.Limit },
        OtherLanguages.CRing(inFlight, size),
        Machinery.Copy("memcpy of one item", size),
    ]);

    private static string NameOf(string arrays, int inFlight) => $"{arrays}, {inFlight} in flight";

    private static Contest Of(string name, IReadOnlyList<Contestant> contestants, IReadOnlyList<Published>? published = null) =>
        new(name, contestants)
        {
            Published = published ?? [],
            // Processes are started, and their code is compiled, in every run anew.
            Steady = true,
            RoundTime = pace => pace.Seconds(full: 3, quick: 0.3),
        };
}
