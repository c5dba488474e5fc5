using Microsoft.Extensions.Logging;

namespace Penstock.Hosting;

/// <summary>One line that was logged while a job was worked on.</summary>
/// <param name="Time">When.</param>
/// <param name="Level">How severe.</param>
/// <param name="Stage">Where: the stage's name.</param>
/// <param name="Text">The message, and the exception if there was one.</param>
public sealed record JobLogLine(DateTimeOffset Time, LogLevel Level, string Stage, string Text);
