namespace Penstock.Stages;

/// <summary>Something to be done with a body whose types only the body knows, such as one that was read in another process.</summary>
internal interface IBodyVisitor<out TResult>
{
    TResult Visit<TIn, TOut>(Body<TIn, TOut> body);
}
