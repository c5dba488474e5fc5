namespace Penstock.Tests.Contracts;

/// <summary>Outputs before the first item belong to that item; outputs behind the last one come behind all others.</summary>
public sealed class Headers
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public Task A_retry_of_the_first_item_repeats_neither_the_header_nor_the_item_s_outputs(int workers) => Limit.Within(() =>
    {
        var options = new StageOptions { Workers = workers, Faults = FaultPolicy.Retry(2) };
        var result = Pipeline.From(["a"]).Then(WithHeader, options).AsEnumerable().ToList();
        Assert.Equal(["a1", "a2"], result.Where(r => r is not "header"), StringComparer.Ordinal);
        Assert.Equal(workers, result.Count(r => r is "header")); // each worker starts a generator

        static IEnumerable<string> WithHeader(IEnumerable<string> items)
        {
            var isFirst = true;
            using var input = items.GetEnumerator();
            yield return "header";
            while (input.MoveNext())
            {
                yield return input.Current + "1";
                if (isFirst && PipelineContext.Current!.Attempt == 1)
                    throw new InvalidDataException();
                isFirst = false;
                yield return input.Current + "2";
            }
        }
    });

    [Fact]
    public Task What_comes_behind_the_last_item_is_not_taken_for_outputs_of_that_when_it_was_given_up() => Limit.Within(() =>
    {
        var result = Pipeline.From([1, 2]).Then(WithSummary, new StageOptions { Faults = FaultPolicy.Retry(2) }).AsEnumerable().ToList();
        Assert.Equal(["1", "1", "2", "2", "sum", "end"], result);

        static IEnumerable<string> WithSummary(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                if (PipelineContext.Current!.Attempt == 2)
                    throw new InvalidDataException();
                yield return $"{item}";
                yield return $"{item}";
                if (item == 2)
                    throw new InvalidDataException();
            }

            yield return "sum";
            yield return "end";
        }
    });
}
