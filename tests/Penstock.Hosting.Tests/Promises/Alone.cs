namespace Penstock.Hosting.Tests.Promises;

/// <summary>Tests that measure this process, and so run when no other test of it does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
