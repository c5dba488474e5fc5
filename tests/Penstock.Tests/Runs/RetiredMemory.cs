using Penstock.Runs;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>A run may be over, and its memory given back, before the thread that hears its processes has listened for the first time.</summary>
public class RetiredMemory
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Whoever_begins_to_listen_when_all_is_over_goes_on(bool isPortable) => Within.Time(() =>
    {
        var memory = RunMemory.Create(processes: 1, isPortable);
        var rings = memory.Bell.Rings;
        memory.Bell.Ring();
        memory.Retire();
        memory.Bell.Listen(rings);
    });
}
