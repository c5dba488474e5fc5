using System.Collections;
using Penstock.Workers;

namespace Penstock.Stages.Crews;

/// <summary>The input of what is in front of a crew, which takes charge of the enumerators made there.</summary>
internal sealed class CrewInput<T>(IEnumerable<T> items, Passages passages) : IEnumerable<T>, IInput
{
    public Worker Worker { get; } = ((IInput)items).Worker;

    public void Own(IPassage passage) => passages.Add(passage);

    public IEnumerator<T> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
