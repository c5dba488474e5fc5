using System.Diagnostics.CodeAnalysis;
using Penstock.Links;
using Penstock.Processes;
using Penstock.Runs;
using Penstock.Serialization;
using Penstock.Stages;
using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>The whole life of a worker in a process of its own.</summary>
internal static class WorkerHost
{
    /// <summary>What the process runs instead of the application's Main.</summary>
    public static void Run(WorkerArguments arguments)
    {
        var (handle, letters, cultures) = WorkerPlan.Prefix(arguments.Message);
        var memory = RunMemory.Open(handle);
        var mailbox = new Mailbox(memory.At(letters), memory.Bell);
        try
        {
            cultures.Apply();
            arguments.RunSetup();
            var (plan, body) = WorkerPlan.Read(arguments.Message);
            body.Accept(new Hosting(plan, memory, mailbox, arguments.Watch));
        }
        catch (Exception exception)
        {
            // Before the stage's function was called: its argument could not be read, or a setup method failed.
            mailbox.Post(News.FailedRun, exception);
            mailbox.Post(News.Left);
        }
    }

    private sealed class Hosting(WorkerPlan plan, RunMemory memory, Mailbox mailbox, ParentWatch watch) : IBodyVisitor<bool>
    {
        public bool Visit<TIn, TOut>(Body<TIn, TOut> body)
        {
            var serializer = CreateSerializer(plan.Serializer);
            var lineages = plan.Gatherer is { } gatherer ? new DistantLineages(Waiters(gatherer)[0]) : null;
            var input = plan.Input is { } inputPlan ? SharedLink<TIn>.Open(plan.Stage, inputPlan, serializer, lineages: lineages) : null;
            var output = SharedLink<TOut>.Open(plan.Stage, plan.Output, serializer, plan.SizeOf, lineages);
            RemoteStage? stage = null;
            var run = new Run(new RunOptions()) { Report = (fault, inCleanup) => stage!.FailRun(fault.Exception, inCleanup), TracksItems = plan.TracksItems };
            var options = new StageOptions
            {
                Workers = plan.Own.Records.Length,
                Faults = plan.HasPolicy ? FaultPolicy.Skip : FaultPolicy.Stop,
                RecycleAfter = plan.RecycleAfter > 0 ? plan.RecycleAfter : null,
                RecycleAboveMemory = plan.RecycleAboveMemory > 0 ? plan.RecycleAboveMemory : null,
            };
            stage = new RemoteStage(run, plan.Stage, options, plan.IsSource, memory.At(plan.StageRecord), mailbox, plan.LogLevel)
            {
                HasInnerSource = body.HasInnerSource,
                Input = input,
                Output = output,
                Turns = CreateTurns(),
            };

            var worker = new Worker<TIn, TOut>(stage, plan.Index, body, input, output, memory.At(plan.Own.Records[plan.Index]));
            var own = Waiters(plan.Own, worker);
            input?.Producers.Join(Waiters(plan.Before!));
            input?.Consumers.Join(own);
            output.Producers.Join(own);
            output.Consumers.Join(Waiters(plan.Behind!));
            stage.Turns?.Waiting.Join(own);

            // First: SIGTERM may come while it pauses, too.
            new Thread(() => worker.FollowGate(plan.IsSource && body.IsAsynchronous, watch.Release)) { IsBackground = true, Name = "Penstock: gate" }.Start();
            if (plan.IsRestart)
                worker.Resume(plan.Resume, plan.PauseBeforeResume);
            BatchScheduling.Choose();
            worker.RunAsync().Wait();
            return true;
        }

        private unsafe Turns? CreateTurns()
        {
            if (!plan.IsOrdered || plan.Own.Records.Length == 1)
                return null;
            var turns = new Turns(plan.Own.Records.Length) { Waiting = new WaitSet(memory.At(plan.StageRecord + Workers.StageRecord.TurnWaitingAt), plan.TurnSet) };
            for (var i = 0; i < plan.Own.Records.Length; i++)
                turns.Join(i, (WorkerRecord*)memory.At(plan.Own.Records[i]).Address, isNew: false);
            return turns;
        }

        private Waiter[] Waiters(Crew crew, Worker? self = null)
        {
            var waiters = new Waiter[crew.Records.Length];
            for (var i = 0; i < waiters.Length; i++)
            {
                waiters[i] = self?.Index == i ? self.Waiter
                    : crew.AreTasks ? new DistantTaskWaiter(memory.At(crew.Records[i]), memory.Bell)
                    : new WordWaiter(memory.At(crew.Records[i]));
            }

            return waiters;
        }

        [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The process that started this one has made the same.")]
        private static IItemSerializer? CreateSerializer(string? type) =>
            type is null ? null : (IItemSerializer)Activator.CreateInstance(TypeNames.Resolve(type) ?? throw new InvalidOperationException($"The serializer {type} is not found in the worker process."))!;
    }
}
