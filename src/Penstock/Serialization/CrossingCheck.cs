using System.Collections.Concurrent;

namespace Penstock.Serialization;

/// <summary>Refuses types whose values would not come out of another process as they went in, before a run starts.</summary>
internal static class CrossingCheck
{
    private static readonly ConcurrentDictionary<Type, Complaint?> Known = new();

    /// <summary>Throws if values of the type cannot cross whole. A user's own serializer is answerable for itself: then do not ask.</summary>
    /// <param name="type">The type that is declared: of a link, or of a stage's argument.</param>
    /// <param name="stage">The stage's name.</param>
    /// <param name="what">What of the stage has that type, such as "its items".</param>
    /// <param name="otherCure">What else helps, for items: a serializer of the user's is given nothing else.</param>
    /// <exception cref="PipelineDefinitionException">It names the path to the member that cannot cross, and the cure.</exception>
    public static void Require(Type type, string stage, string what, string otherCure = ", or set RunOptions.Serializer")
    {
        if (Find(type) is { } complaint)
        {
            throw new PipelineDefinitionException(
                $"Stage '{stage}': {what} of type {TypeNames.Short(type)} cannot cross to another process: "
                + $"{complaint.Where} {complaint.What}. {complaint.Cure}{otherCure}.");
        }
    }

    public static Complaint? Find(Type type) => Known.GetOrAdd(type, static t => EndlessTypes.Find(t) ?? new CrossingWalk().Visit(t, TypeNames.Short(t)));
}
