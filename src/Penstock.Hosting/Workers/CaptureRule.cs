using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Penstock.Hosting.Workers;

/// <summary>Lets through to the logs of jobs what is less severe than the application's minimum: what is collected has a level of its own.</summary>
internal sealed class CaptureRule : IConfigureOptions<LoggerFilterOptions>
{
    // The first one, so that a rule for this provider in the configuration precedes it.
    public void Configure(LoggerFilterOptions options) =>
        options.Rules.Insert(0, new LoggerFilterRule(typeof(JobLogProvider).FullName, categoryName: null, LogLevel.Trace, filter: null));
}
