namespace Penstock.Stages;

/// <summary>An item-wise operator in both forms, to be appended to whatever stage stands before it.</summary>
internal sealed record ItemOperator<T, TNext>(
    string Name,
    Yield Yield,
    Func<IEnumerable<T>, IEnumerable<TNext>> Synchronous,
    Func<IAsyncEnumerable<T>, IAsyncEnumerable<TNext>> Asynchronous);

/// <summary>How many outputs an operator makes of one item.</summary>
internal enum Yield
{
    One,
    AtMostOne,
    Any,
}
