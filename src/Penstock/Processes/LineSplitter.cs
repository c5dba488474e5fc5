using System.Text;

namespace Penstock.Processes;

/// <summary>Cuts a stream of UTF-8 into lines.</summary>
internal sealed class LineSplitter(Action<string> add)
{
    // Who writes more without a line feed has it broken here, so that memory stays bounded.
    private const int LongestLine = 16 * 1024;

    private readonly byte[] rest = new byte[LongestLine];
    private int count;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            if (part.Length > LongestLine - count)
            {
                part = part[..(LongestLine - count)];
                Keep(part);
                Break();
                bytes = bytes[part.Length..];
                continue;
            }

            Keep(part);
            bytes = bytes[(end < 0 ? part.Length : end + 1)..];
            if (end >= 0)
                End();
        }
    }

    /// <summary>Nothing follows: what is left is a line, too.</summary>
    public void Complete()
    {
        if (count > 0)
            End();
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        part.CopyTo(rest.AsSpan(count));
        count += part.Length;
    }

    private void End()
    {
        var line = rest.AsSpan(0, count);
        add(Encoding.UTF8.GetString(line is [.., (byte)'\r'] ? line[..^1] : line));
        count = 0;
    }

    // Never inside a character.
    private void Break()
    {
        var cut = count;
        while (cut > count - 4 && (rest[cut - 1] & 0xC0) == 0x80)
            cut--;
        if ((rest[cut - 1] & 0xC0) == 0xC0)
            cut--;
        add(Encoding.UTF8.GetString(rest, 0, cut));
        rest.AsSpan(cut, count - cut).CopyTo(rest);
        count -= cut;
    }
}
