using System.IO.Pipes;

namespace Penstock.Tests.Support;

/// <summary>A place where user code in another process gets stuck until the test lets it go on; for one to come by. Disposing opens it.</summary>
internal sealed class DistantGate : IDisposable
{
    private readonly NamedPipeServerStream pipe;

    public DistantGate()
    {
        Name = $"penstock-gate-{Guid.NewGuid():N}";
        pipe = new(Name, PipeDirection.Out, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        Arrived = pipe.WaitForConnectionAsync();
    }

    /// <summary>What crosses.</summary>
    public string Name { get; }

    /// <summary>Completes when somebody has come to the gate.</summary>
    public Task Arrived { get; }

    public static void Pass(string name)
    {
        using var client = new NamedPipeClientStream(".", name, PipeDirection.In);
        client.Connect();
        _ = client.ReadByte(); // its end
    }

    public void Open() => pipe.Dispose();

    public void Dispose() => Open();
}
