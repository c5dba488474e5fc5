namespace Penstock.Hosting.Tests.Queues;

/// <summary>What the jobs of these tests are about.</summary>
public sealed record Work(string Text, int Number = 0);
