using Penstock.Runs;
using Penstock.Stages;

namespace Penstock;

/// <summary>A pipeline up to a stage whose items are still to be consumed. Immutable; nothing runs before a run starts.</summary>
/// <typeparam name="T">What flows out of the last stage.</typeparam>
public sealed partial class Pipeline<T>
{
    internal Pipeline(Stage<T> last) => Last = last;

    internal Stage<T> Last { get; }

    /// <summary>
    /// The results, to the caller, lazily: each enumeration is a run, which starts when the first result is asked for. Disposing
    /// the enumerator (as leaving a foreach does) ends the run and waits for it; asking for a result frees the slot of the one before.
    /// </summary>
    /// <param name="options">How to run it; default: working defaults.</param>
    /// <exception cref="PipelineDefinitionException">Thrown by the first MoveNext if the pipeline or the options cannot run.</exception>
    public IEnumerable<T> AsEnumerable(RunOptions? options = null) => new ResultEnumerable<T>(Last, options);

    /// <inheritdoc cref="AsEnumerable"/>
    public IAsyncEnumerable<T> AsAsyncEnumerable(RunOptions? options = null) => new ResultEnumerable<T>(Last, options);

    /// <summary>The pipeline as a Mermaid flowchart.</summary>
    public string ToMermaid() => Picture.Mermaid(Last);

    /// <summary>A one-line picture of the pipeline: ×4 workers, ⧉ a process of its own, ─7→ a link with 7 items in flight.</summary>
    public override string ToString() => Picture.Line(Last);

    private static TDelegate Required<TDelegate>(TDelegate? function)
        where TDelegate : Delegate
    {
        ArgumentNullException.ThrowIfNull(function);
        return function;
    }
}
