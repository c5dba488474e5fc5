using Penstock.Tests.Api;

namespace Penstock.RabbitMQ.Tests.Api;

public sealed class RabbitMqApi() : PublicApi(typeof(RabbitMqJobQueue<>).Assembly);
