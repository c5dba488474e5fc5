using InferenceWorker;
using InferenceWorker.Commands;
using Microsoft.Extensions.Options;
using Penstock.RabbitMQ;

try
{
    var line = CommandLine.Parse(args);
    if (line.Help)
    {
        Console.WriteLine(Usage.Of(line.Command));
        return 0;
    }

    return await line.Command.RunAsync(Invocation.Of(line));
}
catch (Exception wrong) when (wrong is UsageException or OptionsValidationException)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or HttpRequestException or RabbitMqJobQueueException)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
