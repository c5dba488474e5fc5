using Penstock.Runs;

namespace Penstock.Stages;

/// <summary>Something that several stages of a pipeline share within one run, while the description stays immutable.</summary>
internal sealed class PerRun<T>(Func<T> create)
    where T : class
{
    public T Of(Run run) => (T)run.Shared.GetOrAdd(this, _ => create());

    /// <param name="items">What a stage's function is given.</param>
    public T Of(object items) => Of(((IInput)items).Worker.Stage.Run);
}
