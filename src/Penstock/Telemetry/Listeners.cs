namespace Penstock.Telemetry;

/// <summary>Listeners to activities and meters are called in the middle of the engine. What they throw must not decide how a run ends.</summary>
internal static class Listeners
{
    public static void Call(RunLog log, Action listeners)
    {
        try
        {
            listeners();
        }
        catch (Exception exception)
        {
            log.ListenerFailed(exception);
        }
    }
}
