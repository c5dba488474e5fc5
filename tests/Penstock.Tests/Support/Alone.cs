namespace Penstock.Tests.Support;

/// <summary>Tests that measure the process (threads, memory, processor time) run when no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
