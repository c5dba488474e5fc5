using Microsoft.Extensions.Options;

namespace Penstock.Hosting.Workers;

/// <summary>Checks the options of one worker when the host starts.</summary>
internal sealed class OptionsCheck(string worker) : IValidateOptions<PipelineWorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, PipelineWorkerOptions options) =>
        !string.Equals(name, worker, StringComparison.Ordinal) ? ValidateOptionsResult.Skip
        : options.Complaint() is { } complaint ? ValidateOptionsResult.Fail($"Pipeline worker '{worker}' has {complaint}.")
        : ValidateOptionsResult.Success;
}
