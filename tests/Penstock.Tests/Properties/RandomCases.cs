using FsCheck;
using FsCheck.Fluent;

namespace Penstock.Tests.Properties;

/// <summary>Random pipelines, each from a seed of its own, so that one case can be replayed without the others.</summary>
internal static class RandomCases
{
    public static Case FromSeed(ulong seed) => Any.Sample(1, new Rnd(seed, 1), 50).Single() with { Seed = seed };

    /// <summary>The same, about half of it in processes: not what cannot cross, and not so many workers.</summary>
    public static Case InProcessesFromSeed(ulong seed)
    {
        var test = FromSeed(seed);
        var stages = test.Stages.Select((stage, i) =>
        {
            var isInProcess = IsByLot(i) && stage.Form is (StageForm.Generator or StageForm.AsyncGenerator or StageForm.Batch);
            return stage with
            {
                IsInProcess = isInProcess,
                Workers = isInProcess ? Math.Min(stage.Workers, 3) : stage.Workers,

                // Chained operators stay here, so what they throw is none of the stage's business.
                Chained = [.. stage.Chained.Select(c => c with { FaultEvery = null })],
            };
        });
        var source = test.Source with { IsInProcess = !test.Source.IsObject && IsByLot(-1) };
        test = test with { Source = source, Stages = [.. stages] };
        return !test.Consumer.Sequential ? test : test with
        {
            Stages = [.. test.Stages.Select(s => s with { Ordered = true })],
            Consumer = test.Consumer with { Sequential = false, Workers = 1 },
        };

        bool IsByLot(int place) => Hash.Of((int)(seed % int.MaxValue), place, 50) % 2 == 0;
    }

    /// <summary>The same, with nothing in the way of stages without threads: most of them, and the source, have none.</summary>
    public static Case WithoutThreadsFromSeed(ulong seed)
    {
        var test = FromSeed(seed);
        return Fit(
            test with
            {
                Source = test.Source with { HasNoThread = true, IsAsynchronous = false, IsObject = false, Workers = 1 },
                Stages = [.. test.Stages.Select((stage, i) => Fit(stage with
                {
                    HasNoThread = true,
                    Form = stage.Form is StageForm.AsyncGenerator or StageForm.AsyncSelect ? StageForm.Generator : stage.Form,
                    Policy = i < 2 ? Policy.Stop : stage.Policy,
                    MaxInFlightBytes = i < 2 ? null : stage.MaxInFlightBytes,
                }))],
                Consumer = test.Consumer with { Sequential = false },
            },
            take: 20);
    }

    private static Gen<bool> OneIn(int n) => Gen.Choose(1, n).Select(i => i == 1);

    private static Gen<int?> Maybe(int oneIn, Gen<int> value) =>
        from present in OneIn(oneIn)
        from some in value
        select present ? some : (int?)null;

    private static Gen<int> Salt => Gen.Choose(0, 100_000);

    private static Gen<int> Work => Gen.Elements(0, 0, 1, 2);

    private static Gen<Step> AnyStep(bool mayFail) =>
        from fan in Gen.Elements(Fan.Map, Fan.Map, Fan.Filter, Fan.Many)
        from salt in Salt
        from fault in Maybe(mayFail ? 4 : 1_000_000, Gen.Choose(2, 300))
        from tries in Gen.Elements(1, 2, 3, int.MaxValue)
        from work in Work
        select new Step { Fan = fan, Salt = salt, FaultEvery = mayFail ? fault : null, FailingTries = tries, Work = work };

    private static Gen<List<Step>> AnyChain(bool mayFail) =>
        from length in Gen.Elements(0, 0, 0, 1, 2)
        from steps in AnyStep(mayFail).ListOf(length)
        select steps.ToList();

    private static Gen<SourceCase> AnySource =>
        from form in Gen.Choose(0, 3)
        from endless in OneIn(5)
        from count in Gen.Frequency((3, Gen.Constant(0)), (9, Gen.Choose(1, 5)), (30, Gen.Choose(6, 200)), (1, Gen.Choose(1000, 5000)))
        from fault in Maybe(8, Gen.Choose(0, 200))
        from work in Work
        from chained in AnyChain(mayFail: false)
        from many in OneIn(15)
        from workers in Gen.Choose(2, 4)
        from hasNoThread in OneIn(3)
        from capacity in Maybe(2, Gen.Choose(0, 19))
        select new SourceCase
        {
            HasNoThread = hasNoThread,
            IsAsynchronous = form > 1,
            IsObject = form % 2 == 1,
            Count = endless ? null : count,
            FaultAt = fault,
            Work = work,
            Chained = chained,
            Workers = many && form % 2 == 0 ? workers : 1,
            MaxInFlight = Capacity(many && form % 2 == 0 ? workers : 1, capacity),
        };

    private static Gen<StageCase> AnyStage =>
        from form in Gen.Frequency(
            (6, Gen.Constant(StageForm.Generator)),
            (3, Gen.Constant(StageForm.AsyncGenerator)),
            (2, Gen.Constant(StageForm.Operator)),
            (1, Gen.Constant(StageForm.AsyncSelect)),
            (2, Gen.Constant(StageForm.Batch)))
        from step in AnyStep(mayFail: true)
        from stop in Maybe(8, Gen.Choose(10, 200))
        from anywhere in OneIn(2)
        from chained in AnyChain(mayFail: true)
        from outer in OneIn(5)
        from headers in Gen.Choose(0, 3)
        from trailers in Gen.Choose(0, 3)
        from failsInTrailer in OneIn(20)
        from take in Maybe(8, Gen.Choose(0, 60))
        from policy in Gen.Elements(Policy.Stop, Policy.Stop, Policy.Skip, Policy.Retry)
        from tries in Gen.Choose(1, 4)
        from workers in Gen.Frequency((3, Gen.Constant(1)), (4, Gen.Choose(2, 8)))
        from unordered in OneIn(12)
        from capacity in Maybe(2, Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(0, 19))))
        from bytes in Maybe(10, Gen.Choose(1, 200))
        from batch in Gen.Choose(1, 9)
        from delay in OneIn(6)
        from hasNoThread in OneIn(3)
        select Fit(new StageCase
        {
            Form = form,
            Step = step with { StopEvery = stop, FaultsAnywhere = anywhere },
            Chained = chained,
            Headers = outer ? headers : 0,
            Trailers = outer ? trailers : 0,
            FailsInTrailer = outer && failsInTrailer,
            Take = take,
            Policy = policy,
            Tries = tries,
            Workers = workers,
            Ordered = !unordered,
            MaxInFlight = Capacity(workers, capacity),
            MaxInFlightBytes = bytes,
            BatchSize = batch,
            BatchHasDelay = delay,
            HasNoThread = hasNoThread,
        });

    private static Gen<ConsumerCase> AnyConsumer =>
        from form in Gen.Elements(
            ConsumerForm.Sink, ConsumerForm.Sink, ConsumerForm.AsyncSink, ConsumerForm.ManySinks,
            ConsumerForm.Enumerable, ConsumerForm.Enumerable, ConsumerForm.AsyncEnumerable)
        from sequential in OneIn(8)
        from workers in Gen.Choose(1, 4)
        from take in Maybe(4, Gen.Choose(0, 100))
        from fault in Maybe(10, Gen.Choose(2, 300))
        from work in Work
        select new ConsumerCase
        {
            Form = form,
            Sequential = sequential,
            Workers = form == ConsumerForm.ManySinks ? workers : 1,
            Take = take,
            FaultEvery = fault,
            Work = work,
        };

    private static Gen<Case> Any =>
        from source in AnySource
        from length in Gen.Choose(1, 6)
        from stages in AnyStage.ListOf(length)
        from consumer in AnyConsumer
        from take in Gen.Choose(1, 60)
        select Fit(new Case(0, source, [.. stages], consumer), take);

    private static bool MayFailBefore(Case test, int index) =>
        test.Source.FaultAt is not null
        || test.Stages.Take(index).Any(
            s => s.FailsInTrailer || (s.Policy == Policy.Stop && s.Chained.Prepend(s.Step).Any(step => step.FaultEvery is not null)));

    private static int? Capacity(int workers, int? more) => more is null ? null : Math.Max(workers, Math.Min(20, workers + more.Value));

    /// <summary>Leaves out what the API refuses, and what has no single right answer.</summary>
    public static StageCase Fit(StageCase stage)
    {
        var step = stage.Step;
        if (stage.Form is StageForm.Operator or StageForm.AsyncSelect or StageForm.Batch)
        {
            stage = stage with { Headers = 0, Trailers = 0, FailsInTrailer = false, Take = null };
            step = step with { StopEvery = null, FaultsAnywhere = false };
        }

        if (stage.Form == StageForm.AsyncSelect)
            step = step with { Fan = Fan.Map };
        if (stage.Form == StageForm.Batch)
            stage = stage with { Policy = Policy.Stop, Workers = 1, Ordered = true, Chained = [], MaxInFlight = stage.MaxInFlight };
        if (stage.Policy != Policy.Stop)
            stage = stage with { Headers = 0, Take = null }; // a generator that starts afresh brings its header again
        if (stage.Workers > 1)
            stage = stage with { Headers = 0, Take = null }; // each worker has its own
        if (stage.Headers + stage.Trailers > 0 && stage.Chained.Count > 0)
            stage = stage with { Chained = [.. stage.Chained.Select(c => c with { FaultEvery = null })] };
        return stage with { Step = step };
    }

    private static Case Fit(Case test, int take)
    {
        // What precedes a fault passes a batch with a delay or not, as time will have it.
        test = test with { Stages = [.. test.Stages.Select((s, i) => s with { BatchHasDelay = s.BatchHasDelay && !MayFailBefore(test, i) })] };
        if (test.Consumer.Sequential)
            test = test with { Source = test.Source with { Workers = 1 } };
        if (test.IsLoose)
        {
            test = test with
            {
                Stages = [.. test.Stages.Select(s => s with { Take = null, Step = s.Step with { StopEvery = null } })],
                Consumer = test.Consumer with { Take = test.Consumer.Workers > 1 ? null : test.Consumer.Take },
            };
        }

        if (test.Source.Count is null && !test.MayEndEarly && test.Consumer.Workers > 1)
            return test with { Source = test.Source with { Count = take } };
        if (test.Source.Count is null && test.Consumer.Take is null && !test.Stages.Any(s => s.Take is not null))
            return test with { Consumer = test.Consumer with { Take = take, Workers = 1 } };
        return test;
    }
}
