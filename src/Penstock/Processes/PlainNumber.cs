namespace Penstock.Processes;

/// <summary>Numbers that the parent process has written, read without asking for a culture: the first that is asked for loads ICU, which takes a worker 3 ms.</summary>
internal static class PlainNumber
{
    /// <summary>Digits alone, up to <see cref="long.MaxValue"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c) || value > (long.MaxValue - (c - '0')) / 10)
                return false;
            value = (value * 10) + (c - '0');
        }

        return !text.IsEmpty;
    }
}
