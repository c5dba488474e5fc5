namespace Penstock.Processes;

/// <summary>Linux: this end of the pipe that is a worker's standard output or error.</summary>
internal sealed class OutputPipe
{
    // A pipe holds 64 KiB. Who goes on writing after the worker's death is not waited for.
    private const int MostAfterDeath = 1 << 20;

    private readonly Lock gate = new();
    private readonly byte[] buffer = new byte[16 * 1024];
    private readonly WorkerOutput output;
    private readonly LineSplitter lines;
    private int descriptor;

    public OutputPipe(int descriptor, WorkerOutput output)
    {
        this.descriptor = descriptor;
        this.output = output;
        lines = new LineSplitter(output.Add);
    }

    /// <summary>On the printing thread: passes on until the end.</summary>
    public void PassOn(EventLoop loop)
    {
        var watched = descriptor;
        loop.Watch(watched, () =>
        {
            var goesOn = Read(out _);
            if (!goesOn)
                loop.Unwatch(watched);
            output.Print();
            if (!goesOn)
                Close();
        });
    }

    /// <summary>After the worker's death: takes what it left in the pipe. A process that it started may hold the other end for ever, so nobody waits for the end.</summary>
    public void Drain()
    {
        lock (gate)
        {
            for (var taken = 0; taken < MostAfterDeath && Read(out var count) && count > 0;)
                taken += count;
            lines.Complete();
        }
    }

    /// <summary>On the printing thread.</summary>
    public void Finish(EventLoop loop)
    {
        Drain();
        output.Print();
        loop.Unwatch(descriptor);
        Close();
    }

    // Never blocks. False at the end.
    private bool Read(out int count)
    {
        lock (gate)
        {
            count = 0;
            if (descriptor < 0)
                return false;
            if (!Descriptors.WaitUntilReadable(descriptor, 0))
                return true;
            count = Descriptors.Read(descriptor, buffer);
            if (count <= 0)
                return false;
            lines.Add(buffer.AsSpan(0, count));
            return true;
        }
    }

    private void Close()
    {
        lock (gate)
        {
            if (descriptor >= 0)
                _ = Descriptors.Close(descriptor);
            descriptor = -1;
        }
    }
}
