using Penstock.Tests.Api;

namespace Penstock.Hosting.Tests.Api;

public sealed class HostingApi() : PublicApi(typeof(Job<>).Assembly);
