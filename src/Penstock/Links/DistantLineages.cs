using System.Diagnostics;
using Penstock.Waiting;

namespace Penstock.Links;

/// <summary>What a worker process knows of the lineages of its items: their names, and whom to wake when one is done with.</summary>
/// <param name="gatherer">The worker of the gathering end.</param>
internal sealed class DistantLineages(Waiter gatherer) : Lineages
{
    public override Lineage Find(long family, int position, ActivityContext trace) => new Distant(this, family, position, trace);

    public override void Wake() => gatherer.Wake();

    private sealed class Distant(DistantLineages all, long family, int position, ActivityContext trace) : Lineage
    {
        public override ActivityContext Trace => trace;

        public override long Family => family;

        public override int Position => position;

        public override void Fail(Exception exception) => throw new InvalidOperationException("Items are given up in the process that started the run.");

        // The slot was freed before, and releasing is a full fence: either the gathering end sees the slot free, or it is seen to wait.
        protected override void OnLastReleased() => all.Wake();
    }
}
