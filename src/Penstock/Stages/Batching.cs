using Penstock.Buffers;
using Penstock.Links;
using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>Collects neighbouring items. Holds several items at once, and carries what each of them descends from.</summary>
internal static class Batching
{
    public static IEnumerable<T[]> Run<T>(Reader<T> items, int maxSize, TimeSpan? maxDelay)
    {
        var worker = items.Worker;
        var batch = new List<T>(Math.Min(maxSize, 1024));
        var lineages = new List<Lineage>();
        var isNextInHand = false; // an item was taken that does not belong into the last batch
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
        }
        finally
        {
            if (isNextInHand)
                batch.Add(items.Current);
            foreach (var item in batch)
                Undelivered.Dispose(item, worker.Stage.Run.FailWith);
            foreach (var lineage in lineages)
                lineage.Release();
        }

        void Fill()
        {
            var group = items.Lineage?.Group;
            Add();

            // In a sequential run nobody produces while this waits, so there is nothing to wait for.
            using var alarm = maxDelay is { } delay && !worker.Stage.Run.IsSequential ? new Alarm(worker.Stage.Run.Time, worker, delay) : null;
            items.Interrupt = alarm is null ? null : () => alarm.HasRung;
            while (!isNextInHand && batch.Count < maxSize && items.MoveNext())
            {
                isNextInHand = items.Lineage?.Group != group;
                if (!isNextInHand)
                    Add();
            }

            items.Interrupt = null;
        }

        void Add()
        {
            batch.Add(Hands.Keep(items.Current));
            if (items.Lineage is not { } lineage)
                return;
            lineage.Retain(); // asking for the next item releases it
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
