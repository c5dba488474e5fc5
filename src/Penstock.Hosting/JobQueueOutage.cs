namespace Penstock.Hosting;

/// <summary>A queue that is away, and tries to come back by itself.</summary>
/// <param name="Since">When it was noticed, in UTC.</param>
/// <param name="Reason">Why, and what to do about it, as far as is known; never a password.</param>
public sealed record JobQueueOutage(DateTimeOffset Since, string Reason);
