using Penstock.Runs;

namespace Penstock.Stages;

/// <summary>Something that several stages of a pipeline share within one run, while the description stays immutable.</summary>
internal sealed class PerRun<T>(Func<T> create)
    where T : class
{
    public T Of(Run run) => (T)run.Shared.GetOrAdd(this, _ => create());

    public T Of<TItem>(IEnumerable<TItem> items) => Of(((IInput)items).Worker.Stage.Run);
}
