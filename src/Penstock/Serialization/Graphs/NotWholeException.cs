using System.Text.Json;

namespace Penstock.Serialization;

/// <summary>A value that would not cross whole, found while it is written. The serializer adds where it is.</summary>
/// <param name="what">Goes on after "cannot cross to another process: Page.Owner is ".</param>
internal sealed class NotWholeException(string what) : JsonException(what)
{
    public static NotWholeException Derived(Type type, Type declared) => new(
        $"{TypeNames.WithArticle(type)} where {TypeNames.Short(declared)} is declared, so what it adds would be lost: "
        + $"add [JsonDerivedType(typeof({TypeNames.Short(type)}), \"…\")] to {TypeNames.Short(declared)}, or declare what it is");

    /// <summary>The exception that the user sees; null for one of the user's own.</summary>
    public static InvalidOperationException? Explain<T>(Exception exception, int depth)
    {
        var root = TypeNames.Short(typeof(T));
        var what = exception switch
        {
            NotWholeException e => $"{root}{e.Path?[1..]} is {e.Message}.",
            JsonException when depth >= GraphOptions.MaxDepth => $"it holds itself, or is nested more than {GraphOptions.MaxDepth} levels deep.",
            NotSupportedException => exception.Message, // a derived type that its base does not name
            _ => null,
        };
        return what is null ? null : new($"An item of type {root} cannot cross to another process: {what}", exception);
    }
}
