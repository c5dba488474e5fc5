using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace InferenceWorker.Commands;

/// <summary>A command with its options: from appsettings.json, the environment, and the command line, the last one winning.</summary>
/// <param name="Builder">Of a host with the same configuration.</param>
/// <param name="Options">The options.</param>
internal sealed record Invocation(HostApplicationBuilder Builder, FleetOptions Options)
{
    /// <exception cref="UsageException">With what is wrong.</exception>
    public static Invocation Of(CommandLine line)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(line.Settings);
        try
        {
            return new(builder, (builder.Configuration.GetSection("Fleet").Get<FleetOptions>() ?? new()).Checked());
        }
        catch (InvalidOperationException wrong)
        {
            throw new UsageException(wrong.InnerException?.Message ?? wrong.Message);
        }
    }
}
