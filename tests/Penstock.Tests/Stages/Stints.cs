using Penstock.Stages.Crews;
using Penstock.Tests.Support;

namespace Penstock.Tests.Stages;

/// <summary>Several items in the hands of one thread, while another may take back those that it has not begun with.</summary>
public sealed class Stints
{
    [Fact]
    public Task Give_each_item_to_one_of_two_threads_whenever_one_of_them_ends_it() => Within.Time(() =>
    {
        for (var round = 0; round < 20_000; round++)
        {
            var stint = new Stint<int, int>();
            for (var item = 0; item < Stint.Longest; item++)
                stint.Add(item, item);
            stint.Begin(first: 100, Stint.Longest, isInHand: round % 2 == 0);
            var worker = new Worker(stint, isInHand: round % 2 == 0);
            var thread = new Thread(worker.Work);
            thread.Start();
            Thread.SpinWait(round % 500);
            var end = stint.End();
            var kept = Enumerable.Range(0, end.Done).Select(stint.TakeMade).ToList();
            var back = Enumerable.Range(end.Begun, Math.Max(0, end.Length - end.Begun)).Select(stint.TakeItem).ToList();
            thread.Join();

            Assert.Equal(Stint.Longest, end.Length); // it is its owner's to end, too
            Assert.Equal(Enumerable.Range(0, end.Done), kept);
            Assert.Equal(Enumerable.Range(0, end.Begun), worker.Begun);
            Assert.Equal(Enumerable.Range(end.Begun, Stint.Longest - end.Begun), back);
        }
    });

    [Fact]
    public void Leave_the_output_of_the_last_item_and_a_second_one_of_any_to_their_worker()
    {
        var stint = new Stint<string, string>();
        stint.Add(0, "a");
        stint.Add(1, "b");
        stint.Begin(first: 7, length: 2, isInHand: false);
        Assert.False(stint.TryKeep("of the item before"));
        Assert.True(stint.TryAsk(out var item));
        Assert.Equal("a", item);
        Assert.False(stint.TryAsk(out _)); // nothing was made of it
        Assert.True(stint.TryKeep("A"));
        Assert.False(stint.TryKeep("A again"));
        Assert.True(stint.TryAsk(out item));
        Assert.Equal("b", item);
        Assert.False(stint.TryKeep("B"));

        var end = stint.End();
        Assert.Equal((1, 2, true), (end.Done, end.Begun, end.IsInHand));
        Assert.Equal("A", stint.TakeMade(0));
        Assert.True(stint.End().IsOver);
    }

    [Fact]
    public Task Have_hauls_before_them_that_give_each_item_to_one_of_two_threads() => Within.Time(() =>
    {
        for (var round = 0; round < 20_000; round++)
        {
            var haul = new Haul<int>();
            haul.Begin(room: 8);
            var last = -1;
            var thread = new Thread(() =>
            {
                for (last = 0; haul.TryKeep(last); last++)
                {
                }
            });
            thread.Start();
            Thread.SpinWait(round % 500);
            var count = haul.End();
            thread.Join();

            Assert.Equal(Math.Min(count, 7), last); // it is not kept by anybody else
            Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(haul.Take));
            Assert.Equal(0, haul.End());
        }
    });

    [Fact]
    public void Take_items_from_a_queue_that_keeps_them_by_number()
    {
        var random = new Random(1);
        var queue = new NumberedQueue<string>();
        var expected = new List<(long Number, string Item)>();
        for (var round = 0; round < 10_000; round++)
        {
            if (random.Next(2) == 0 || expected.Count == 0)
            {
                var number = random.Next(20) + (round / 10);
                queue.Enqueue(number, $"{round}");
                expected.Add((number, $"{round}"));
                expected = [.. expected.OrderBy(static e => e.Number)];
            }
            else
            {
                Assert.Equal(expected[0].Number, queue.First);
                Assert.Equal(expected[0].Item, queue.Dequeue());
                expected.RemoveAt(0);
            }

            Assert.Equal(expected.Select(static e => e.Item), queue.Items);
        }

        queue.Clear();
        Assert.Equal(0, queue.Count);
    }

    private sealed class Worker(Stint<int, int> stint, bool isInHand)
    {
        public List<int> Begun { get; } = isInHand ? [0] : [];

        // What the generator makes of an item is that item.
        public void Work()
        {
            while (Begun.Count == 0 || stint.TryKeep(Begun[^1]))
            {
                if (!stint.TryAsk(out var item))
                    return;
                Begun.Add(item);
            }
        }
    }
}
