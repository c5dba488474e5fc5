using System.Runtime.InteropServices;
using Penstock.Buffers;
using Penstock.Links;
using Penstock.Stages.Crossing;
using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>Collects neighbouring items. Holds several items at once, and carries what each of them descends from.</summary>
internal static class Batching
{
    /// <summary>The body of a stage that batches, here and from its recipe in another process.</summary>
    public static Body<T, T[]> Of<T>(Func<Reader<T>, BatchSize, IEnumerable<T[]>> run, BatchSize size) => new(function: null)
    {
        Recipe = Recipe.Of(Of<T>, run, size),
        IsFusable = false,
        Synchronous = (items, _) => run((Reader<T>)items, size),
    };

    public static IEnumerable<T[]> Run<T>(Reader<T> items, BatchSize size)
    {
        var worker = items.Worker;
        var batch = new List<T>(Math.Min(size.Most, 1024));
        var lineages = new List<Lineage>();
        var isNextInHand = false; // an item was taken that does not belong into the last batch
        var isAtEnd = false;
        try
        {
            while (isNextInHand || items.MoveNext())
            {
                isNextInHand = false;
                Fill();
                yield return TakeBatch();
                worker.Lineage?.Release();
                worker.Lineage = null;
            }

            isAtEnd = true;
        }
        finally
        {
            if (!isAtEnd)
                worker.Stage.Run.OnEndingEarly(); // before what it holds is dropped
            if (isNextInHand)
                batch.Add(items.Current);
            foreach (var item in batch)
                Undelivered.Dispose(item, worker.Stage.Run.FailWith);
            foreach (var lineage in lineages)
                lineage.Release();
        }

        void Fill()
        {
            var family = items.Lineage?.Family;
            Add();

            // In a sequential run nobody produces while this waits, so there is nothing to wait for.
            using var alarm = size.MaxDelay is { } delay && !worker.Stage.Run.IsSequential ? new Alarm(worker.Stage.Run.Time, worker, delay) : null;
            items.Interrupt = alarm is not null ? () => alarm.HasRung
                : worker.Stage.Run.TracksItems ? TakesWhatIsThere()
                : worker.Stage.Input?.Lineages is { } inside ? () => inside.IsAllThereFor(worker)
                : null;
            worker.HoldsBack = true;
            while (!isNextInHand && batch.Count < size.Most && items.MoveNext())
            {
                isNextInHand = items.Lineage?.Family != family;
                if (!isNextInHand)
                    Add();
            }

            worker.HoldsBack = false;
            items.Interrupt = null;
        }

        // Where items are tracked no others may come before those of this batch have ended. The first question is asked before a look at the
        // link, the next one before a wait.
        Func<bool> TakesWhatIsThere()
        {
            var asked = 0;
            var before = -1;
            return () =>
            {
                asked = before == batch.Count ? asked + 1 : 0;
                before = batch.Count;
                return asked > 0;
            };
        }

        void Add()
        {
            batch.Add(Hands.Keep(items.Current));
            if (items.Lineage is not { } lineage)
                return;
            lineage.Retain(); // asking for the next item releases it
            worker.Claim(lineage);
            lineages.Add(lineage);
        }

        T[] TakeBatch()
        {
            T[] taken = [.. batch];
            batch.Clear();
            if (lineages.Count > 0)
            {
                worker.Lineage = new JoinedLineage(lineages);
                worker.Lineage.Retain(); // until it is handed on
                lineages.ForEach(l => l.Release());
                lineages.Clear();
            }

            return taken;
        }
    }
}

/// <summary>When a batch is complete.</summary>
/// <param name="Most">Items.</param>
/// <param name="MaxDelay">After the first one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BatchSize(int Most, TimeSpan? MaxDelay);
