using Penstock.Links;

namespace Penstock.Workers;

/// <summary>The reader of a source: there is nothing to read.</summary>
internal sealed class NoInput<T>(Worker worker) : Reader<T>(worker)
{
    public override bool MoveNext() => false;

    public override ValueTask<bool> MoveNextAsync() => new(false);

    public override ValueTask<bool> ReserveAsync() => new(false);

    public override void Finish()
    {
    }
}
