using System.Globalization;

namespace Penstock.Workers;

/// <summary>The cultures of whoever starts a run. Its threads and tasks take them over with his context; another process must be told.</summary>
/// <param name="Current">The name of <see cref="CultureInfo.CurrentCulture"/>; null where the environment says the same, so that a start need not load the data of cultures.</param>
/// <param name="CurrentUI">That of <see cref="CultureInfo.CurrentUICulture"/>.</param>
internal readonly record struct Cultures(string? Current, string? CurrentUI)
{
    public static Cultures OfCaller() => new(NameOf(CultureInfo.CurrentCulture), NameOf(CultureInfo.CurrentUICulture));

    public void Apply()
    {
        if (Current is not null)
            CultureInfo.DefaultThreadCurrentCulture = Find(Current);
        if (CurrentUI is not null)
            CultureInfo.DefaultThreadCurrentUICulture = Find(CurrentUI);
    }

    public void Write(BinaryWriter writer)
    {
        WriteName(writer, Current);
        WriteName(writer, CurrentUI);
    }

    public static Cultures Read(BinaryReader reader) => new(ReadName(reader), ReadName(reader));

    private static string? NameOf(CultureInfo culture) => culture.Equals(CultureInfo.InstalledUICulture) ? null : culture.Name;

    private static CultureInfo? Find(string name)
    {
        try
        {
            return new CultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            return null; // the stage's environment asks for the invariant one alone
        }
    }

    // The invariant culture's name is empty.
    private static void WriteName(BinaryWriter writer, string? name)
    {
        writer.Write(name is not null);
        if (name is not null)
            writer.Write(name);
    }

    private static string? ReadName(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;
}
