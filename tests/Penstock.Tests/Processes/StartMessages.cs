using Penstock.Processes;
using Penstock.Tests.Support;

namespace Penstock.Tests.Processes;

/// <summary>What a worker process reads first.</summary>
public class StartMessages
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public unsafe Task It_arrives_whole_and_takes_no_memory_afterwards(bool isPortable) => Within.Time(() =>
    {
        var payload = new byte[1 << 20];
        payload.AsSpan().Fill(7);
        var former = new Dictionary<string, string?>(StringComparer.Ordinal) { ["A"] = "1", ["B"] = null, ["C"] = "" };
        using var region = StartMessage.Write(new("model #1", new("Type", "Method"), [new("Setup", "Run")], ["/a.dll"], 5, former, payload), isPortable);

        var read = StartMessage.Read(region.Handle);

        Assert.Equal(("model #1", new MethodName("Type", "Method"), 5L), (read.Name, read.Entry, read.MemoryLimit));
        Assert.Equal([new MethodName("Setup", "Run")], read.Setups);
        Assert.Equal(["/a.dll"], read.Assemblies);
        Assert.Equal(former, read.FormerVariables);
        Assert.Equal(payload, read.Payload);
        Assert.Equal(0, region.Address[payload.Length / 2]);
    });
}
