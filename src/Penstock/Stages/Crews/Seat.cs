using Penstock.Runs;
using Penstock.SharedMemory;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Stages.Crews;

/// <summary>Where one thread of a crew waits for a change of what the crew's gate guards: it yields a little, then sleeps.</summary>
/// <remarks>All of it is guarded by the gate, which is left while the thread waits.</remarks>
internal sealed class Seat : ICondition
{
    private readonly Crew crew;
    private readonly Waiter waiter;
    private readonly int[] taken; // processors
    private Spinner spinner = new();
    private long seen;

    public unsafe Seat(Crew crew)
    {
        this.crew = crew;
        taken = new int[crew.Plan.Workers + 2];
        waiter = Waiter.ForThread(FixedMemory.OfThisProcess(sizeof(WorkerRecord)));
    }

    public bool IsAsleep { get; private set; }

    /// <summary>Whether its thread is inside a worker.</summary>
    public bool IsInside { get; set; }

    /// <summary>Whether its thread waits in there for a place, to go on with an item.</summary>
    public bool IsParked { get; set; }

    /// <summary>Whether its thread is one of those that may be at work now.</summary>
    public bool HasPlace { get; set; }

    /// <summary>Whether its thread is in the source.</summary>
    public bool IsInSource { get; set; }

    /// <summary>Whether its thread goes on with a consumer that is a task.</summary>
    public bool Attends { get; set; }

    /// <summary>Whether its thread was in the same worker, or at the consumer, already when the lookout last looked.</summary>
    public bool WasInside { get; set; }

    /// <summary>Where its thread was when it last looked.</summary>
    public int Processor { get; private set; } = Processors.Unknown;

    /// <summary>Returns when something has changed, or may have.</summary>
    /// <param name="yields">Whether it may pay to yield first.</param>
    /// <param name="milliseconds">The longest sleep.</param>
    public void Wait(bool yields, int milliseconds = Timeout.Infinite)
    {
        seen = crew.Changes;
        if (yields)
        {
            NoteProcessor();
            var count = crew.FindTaken(this, taken);
            crew.Gate.Exit();
            if (count > 0)
            {
                Processors.Leave(taken.AsSpan(0, count));
                NoteProcessor();
            }

            spinner.Try(this);
            crew.Gate.Enter();
            if (crew.Changes != seen)
                return;
        }

        IsAsleep = true;
        waiter.Announce(WaitSet.None);
        crew.OnAsleep(this);
        crew.Gate.Exit();
        waiter.WaitAsync(milliseconds).Wait();
        crew.Gate.Enter();
        NoteAwake();
    }

    public void NoteProcessor() => Processor = Processors.Current;

    public void Wake()
    {
        NoteAwake();
        waiter.Wake();
    }

    bool ICondition.IsMet() => crew.Changes != seen;

    private void NoteAwake()
    {
        if (!IsAsleep)
            return;
        IsAsleep = false;
        crew.OnAwake(this);
    }
}
