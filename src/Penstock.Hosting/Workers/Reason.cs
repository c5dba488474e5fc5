namespace Penstock.Hosting.Workers;

/// <summary>An exception in words, as it is kept with a job that has failed.</summary>
internal static class Reason
{
    /// <summary>At most so many characters, and an ellipsis for the rest. No character is cut in two.</summary>
    public static string CutTo(this string text, int longest) =>
        text.Length <= longest ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)}…";

    /// <remarks>A message is a getter of the user's: one that throws must not keep a job from being settled.</remarks>
    public static string Of(Exception why)
    {
        try
        {
            return $"{why.GetType()}: {why.Message}";
        }
        catch (Exception)
        {
            return $"{why.GetType()}, whose message cannot be made";
        }
    }
}
