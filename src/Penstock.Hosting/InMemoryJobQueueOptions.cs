namespace Penstock.Hosting;

/// <summary>How an <see cref="InMemoryJobQueue{T}"/> behaves.</summary>
public sealed record InMemoryJobQueueOptions : JobQueueOptions;
