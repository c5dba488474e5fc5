namespace Penstock.Tests.Api;

public sealed class CoreApi() : PublicApi(typeof(Pipeline).Assembly);
