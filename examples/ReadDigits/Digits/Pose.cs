namespace ReadDigits.Digits;

/// <summary>How a digit lies in its cell: moved (pixels), turned (radians), slanted, and how wide and high it is (pixels).</summary>
internal sealed record Pose(float Right, float Down, float Turn, float Slant, float Width, float Height)
{
    public Wave Across { get; private init; }

    public Wave Along { get; private init; }

    const float Degree = MathF.PI / 180;

    /// <summary>As on the pages: moved up to 3 pixels, turned up to 8 degrees, 26 to 31 pixels in size.</summary>
    public static Pose OnPage(SeededRandom random)
    {
        var size = random.Between(26, 31);
        return new(random.Between(-3, 3), random.Between(-3, 3), random.Between(-8, 8) * Degree, 0, size, size);
    }

    /// <summary>For training: wilder than on the pages, because every writer slants, stretches and bends digits differently.</summary>
    public static Pose InTraining(SeededRandom random)
    {
        var size = random.Between(25, 31);
        return new(
            random.Between(-3, 3), random.Between(-3, 3), random.Between(-14, 14) * Degree, random.Between(-0.2f, 0.2f),
            size * random.Between(0.85f, 1.1f), size)
        {
            Across = Wave.Any(random),
            Along = Wave.Any(random),
        };
    }
}
