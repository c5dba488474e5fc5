using Penstock.SharedMemory;
using Penstock.Tests.Support;
using Penstock.Waiting;

namespace Penstock.Tests.Waiting;

public class ProcessorMoves
{
    [Fact]
    public Task A_thread_leaves_its_processor_and_may_use_all_that_it_could_before() => Within.Time(() =>
    {
        if (!Platform.IsLinux)
            return;
        string before = "", after = "";
        var moves = 0;
        var thread = new Thread(() =>
        {
            before = AllowedProcessors();
            // The system may put it back at once, but not each time.
            for (var attempt = 0; attempt < 100; attempt++)
            {
                var here = Processors.Current;
                Processors.Leave([]);
                if (Processors.Current != here)
                    moves++;
            }

            after = AllowedProcessors();
        });
        thread.Start();
        thread.Join();

        Assert.NotEmpty(before);
        Assert.Equal(before, after);
        if (Environment.ProcessorCount == Processors.Online && Processors.Online > 1)
            Assert.NotEqual(0, moves);
    });

    private static string AllowedProcessors() =>
        File.ReadLines("/proc/thread-self/status").First(static line => line.StartsWith("Cpus_allowed:", StringComparison.Ordinal));
}
