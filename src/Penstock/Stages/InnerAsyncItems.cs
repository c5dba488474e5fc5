using System.Runtime.CompilerServices;
using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>The items in front of an operator in an asynchronous worker, as <see cref="InnerItems{T}"/> are in a synchronous one.</summary>
/// <inheritdoc cref="InnerItems{T}"/>
internal sealed class InnerAsyncItems<T>(IAsyncEnumerable<T> items, Worker worker, bool isSource) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Watched(items.GetAsyncEnumerator(cancellationToken), worker, isSource);

    private sealed class Watched(IAsyncEnumerator<T> items, Worker worker, bool isSource) : IAsyncEnumerator<T>
    {
        public T Current => items.Current;

        public ValueTask<bool> MoveNextAsync()
        {
            if (worker.IsTold && worker.EndsInside(isSource))
                return new ValueTask<bool>(false);
            if (!isSource)
                return items.MoveNextAsync();

            worker.ItemsAskedFor = worker.ItemsIn + 1;
            var next = items.MoveNextAsync();
            return next.IsCompletedSuccessfully ? new ValueTask<bool>(Arrive(next.Result)) : ArriveAsync(next);
        }

        public ValueTask DisposeAsync() => items.DisposeAsync();

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<bool> ArriveAsync(ValueTask<bool> next) => Arrive(await next.ConfigureAwait(false));

        private bool Arrive(bool more)
        {
            if (more)
                worker.ItemsIn++;
            else
                worker.ItemsAskedFor = worker.ItemsIn;
            return more;
        }
    }
}
