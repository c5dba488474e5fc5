using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Penstock.Runs;

namespace Penstock.Telemetry;

/// <summary>The loggers of a run's stages, in the categories <c>Penstock.</c><i>stage</i>.</summary>
internal static class StageLogger
{
    public static ILogger For(Run run, string stage)
    {
        try
        {
            return run.Options.LoggerFactory is { } factory ? new SafeLogger(factory.CreateLogger($"Penstock.{stage}")) : NullLogger.Instance;
        }
        catch (Exception)
        {
            return NullLogger.Instance; // a factory that makes none, or not any more, must not decide how a run ends
        }
    }

    /// <summary>The least severe lines that it takes.</summary>
    public static LogLevel LevelOf(ILogger logger) =>
        Enum.GetValues<LogLevel>().Where(l => l != LogLevel.None && logger.IsEnabled(l)).DefaultIfEmpty(LogLevel.None).Min();
}
