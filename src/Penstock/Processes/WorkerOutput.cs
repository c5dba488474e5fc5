using System.Text;

namespace Penstock.Processes;

/// <summary>
/// What a worker prints to one of its two outputs, on its way to the same one of this process. Lines come in from any thread and are kept
/// until they are printed, since a console may be slow, or stand still.
/// </summary>
internal sealed class WorkerOutput(Func<TextWriter> console, string label)
{
    private readonly Lock gate = new();
    private readonly Lock printing = new(); // so that no text overtakes another
    private readonly StringBuilder waiting = new();
    private readonly LineTail tail = new();

    public string Tail
    {
        get
        {
            lock (gate)
                return tail.ToString();
        }
    }

    public void Add(string line)
    {
        lock (gate)
        {
            waiting.Append(label).Append(line).Append('\n');
            tail.Add(line);
        }
    }

    /// <summary>Prints what is waiting, in one piece: console writers are synchronized, so no other text gets inside a line.</summary>
    public void Print()
    {
        lock (printing)
        {
            string text;
            lock (gate)
            {
                text = waiting.ToString();
                waiting.Clear();
            }

            try
            {
                if (text.Length > 0)
                    console().Write(text);
            }
            catch (Exception)
            {
                // The application may have put any writer in the console's place. There is nowhere left to say that it failed.
            }
        }
    }
}
