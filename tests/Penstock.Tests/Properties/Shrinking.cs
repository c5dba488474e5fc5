namespace Penstock.Tests.Properties;

/// <summary>Simpler cases than one that fails. A race fails now and then only, so each candidate is played several times.</summary>
internal static class Shrinking
{
    private const int Tries = 15;

    public static (Case Smallest, string Wrong) Shrink(Case test, string wrong, TimeProvider time)
    {
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < TimeSpan.FromSeconds(60))
        {
            var simpler = Candidates(test).Select(c => (Case: c, Wrong: Fails(c))).FirstOrDefault(c => c.Wrong is not null);
            if (simpler.Wrong is null)
                break;
            (test, wrong) = (simpler.Case, simpler.Wrong);
        }

        return (test, wrong);
    }

    private static string? Fails(Case test)
    {
        for (var i = 0; i < Tries; i++)
        {
            if (Trial.Of(test, out _) is { } wrong)
                return wrong;
        }

        return null;
    }

    private static IEnumerable<Case> Candidates(Case test)
    {
        for (var i = 0; i < test.Stages.Count; i++)
        {
            var without = test with { Stages = [.. test.Stages.Where((_, index) => index != i)] };
            if (test.Source.Count is not null || without.MayEndEarly)
                yield return without;
        }

        if (test.Source.Count is > 1)
        {
            yield return test with { Source = test.Source with { Count = test.Source.Count / 2 } };
            yield return test with { Source = test.Source with { Count = test.Source.Count - 1 } };
        }

        foreach (var source in Simpler(test.Source))
            yield return test with { Source = source };
        foreach (var consumer in Simpler(test.Consumer))
        {
            if (test.Source.Count is not null || consumer.Take is not null || test.Consumer.Take is null)
                yield return test with { Consumer = consumer };
        }

        for (var i = 0; i < test.Stages.Count; i++)
        {
            foreach (var stage in Simpler(test.Stages[i]))
            {
                var simpler = test with { Stages = [.. test.Stages.Select((s, index) => index == i ? stage : s)] };
                if (test.Source.Count is not null || simpler.MayEndEarly)
                    yield return simpler;
            }
        }
    }

    private static IEnumerable<SourceCase> Simpler(SourceCase s) =>
        Distinct(
            s,
            s with { Chained = [] },
            s with { FaultAt = null },
            s with { Work = 0 },
            s with { IsAsynchronous = false },
            s with { IsInProcess = false },
            s with { IsObject = false },
            s with { Workers = 1 },
            s with { HasNoThread = false },
            s with { MaxInFlight = null });

    private static IEnumerable<ConsumerCase> Simpler(ConsumerCase c) =>
        Distinct(
            c,
            c with { Take = null },
            c with { FaultEvery = null },
            c with { Work = 0 },
            c with { Workers = 1 },
            c with { Sequential = false },
            c with { Form = ConsumerForm.Sink, Workers = 1 });

    private static IEnumerable<StageCase> Simpler(StageCase s) =>
        Distinct(
            s,
            s with { Chained = [] },
            s with { Headers = 0 },
            s with { Trailers = 0, FailsInTrailer = false },
            s with { Take = null },
            s with { Policy = Policy.Stop },
            s with { IsInProcess = false },
            s with { Workers = 1 },
            s with { Workers = Math.Min(s.Workers, 2) },
            s with { HasNoThread = false },
            s with { MaxInFlight = null },
            s with { MaxInFlightBytes = null },
            s with { BatchHasDelay = false },
            s with { Form = s.Form == StageForm.AsyncGenerator ? StageForm.Generator : s.Form },
            s with { Step = s.Step with { Work = 0 } },
            s with { Step = s.Step with { Fan = s.Step.Fan == Fan.Many ? Fan.Map : s.Step.Fan } },
            s with { Step = s.Step with { Fan = Fan.Map } },
            s with { Step = s.Step with { StopEvery = null } },
            s with { Step = s.Step with { FaultEvery = null } });

    private static IEnumerable<T> Distinct<T>(T original, params T[] candidates) =>
        candidates.Where(c => !EqualityComparer<T>.Default.Equals(c, original));
}
