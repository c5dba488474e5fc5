using System.Diagnostics;

namespace Penstock.Links;

/// <summary>What stands for a tracked item from its beginning to its end, as the engine sees it.</summary>
internal interface ITicket
{
    /// <summary>Its name in logs.</summary>
    string Id { get; }

    /// <summary>The span that those of the stages belong to; nothing if it is not traced.</summary>
    ActivityContext Trace { get; }
}
