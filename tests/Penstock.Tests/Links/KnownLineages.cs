using System.Diagnostics;
using Penstock.Links;

namespace Penstock.Tests.Links;

/// <summary>Lineages of which every one is open, and nobody waits.</summary>
internal sealed class KnownLineages : Lineages
{
    public override Lineage Find(long family, int position, ActivityContext trace) => new Part(family, position);

    public override void Wake()
    {
    }

    internal sealed class Part(long family, int position) : Lineage
    {
        public override long Family => family;

        public override int Position => position;

        public override void Fail(Exception exception)
        {
        }

        protected override void OnLastReleased()
        {
        }
    }
}
