namespace Penstock.Serialization;

/// <summary>Why values of a type do not cross whole.</summary>
/// <param name="Where">The path to the member, from the type that was asked about.</param>
/// <param name="What">What is wrong there; follows the path.</param>
/// <param name="Cure">What to do about it; a sentence without its end.</param>
internal sealed record Complaint(string Where, string What, string Cure)
{
    /// <summary>A complaint about a type. Where it is the one that was asked about, its name alone would say nothing.</summary>
    public static Complaint About(Type type, string path, string kind, string cure)
    {
        var name = TypeNames.Short(type);
        return new Complaint(path, string.Equals(path, name, StringComparison.Ordinal) ? $"is {kind}" : $"is {TypeNames.WithArticle(type)}", cure);
    }
}
