using Penstock.Faults;

namespace Penstock.Workers;

// What an exception means, and whether the worker goes on.
internal sealed partial class Worker<TIn, TOut>
{
    /// <summary>Decides what an exception means. True: the worker goes on with a fresh generator.</summary>
    private async ValueTask<bool> RecoverAsync(Exception exception)
    {
        if (IsDraining && body is { IsAsynchronous: true, HasSynchronousSource: false } && exception is OperationCanceledException) // only there the token was signalled
            return false;
        Stage.Run.NoticeCancellation();
        if (IsStopping)
        {
            AnswerToStop(exception);
            return false;
        }

        if (await DisposeGeneratorAsync().ConfigureAwait(false) is { } second)
        {
            Stage.Run.Log.DisposeFailed(Stage.Name, Index, second);
            Fail(exception);
            return false;
        }

        if (attempts is null || !HasPolicy || !reader.HasItem || reader.IsReserved)
        {
            Fail(exception);
            return false;
        }

        try
        {
            Restarts++;
            if (Stage.GrantsAnotherTry(this, exception, attempts.Delivered, out var pause))
            {
                attempts.Again();
                await PauseAsync(pause).ConfigureAwait(false);
            }
            else
            {
                attempts.GiveUp();
                ItemSpan?.Fail(exception);
                reader.Finish();
            }
        }
        catch (Exception callbackFailed)
        {
            Stage.Run.FailWith(new Fault(callbackFailed, this, NumberInHand));
            return false;
        }

        return !IsStopping;
    }

    // A stop was under way. What comes of it is expected; what a finally block threw on top of it is not. An exception from
    // an item that plain composition would never have reached, since its consumer had ended, changes nothing.
    private void AnswerToStop(Exception exception)
    {
        if (Fault.IsAnswerToStop(exception))
            return;
        if (reader.HasThrownStop)
            Stage.Run.FailInCleanup(new Fault(exception, this, NumberInHand));
        else
            Stage.Run.Log.IgnoredAfterStop(Stage.Name, Index, exception);
    }

    private void Fail(Exception exception) => Stage.EndAt(this, new Fault(exception, this, NumberInHand));

    private async ValueTask PauseAsync(TimeSpan pause)
    {
        if (pause <= TimeSpan.Zero)
            return;
        using var alarm = new Alarm(Stage.Run.Time, this, pause);
        while (!alarm.IsMet())
            await WaitAsync(set: null, WorkerState.Pausing, alarm).ConfigureAwait(false);
    }

    /// <summary>An output could not be handed on: it cannot be measured, or written for another process; or the input was stopped while it waited for its turn. Or there is none yet, and no slot for it could be waited for.</summary>
    private async ValueTask<bool> RecoverOutputAsync(Exception exception, bool hasOutput)
    {
        var goesOn = await RecoverFromOutputAsync(exception, hasOutput).ConfigureAwait(false);
        if (goesOn) // not before what the output descends from knows of it
            writer?.Disclaim();
        return goesOn;
    }

    private async ValueTask<bool> RecoverFromOutputAsync(Exception exception, bool hasOutput)
    {
        if (hasOutput)
            DropOutput();
        if (IsStopping)
            return false;
        if (hasOutput)
            attempts?.OnNotHandedOn();
        if (HasPolicy)
            return await RecoverAsync(exception).ConfigureAwait(false);
        if (Stage.Run.TracksItems && Stage.Run.Report is null && Lineage is { } lineage)
        {
            lineage.Fail(exception); // a stage of the engine, which goes on
            return true;
        }

        Fail(exception);
        return false;
    }
}
