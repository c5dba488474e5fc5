namespace ReadDigits.Digits;

/// <summary>Paper under a scanner lamp: not quite white, and not equally bright everywhere.</summary>
internal sealed class Paper(SeededRandom random)
{
    readonly float brightness = random.Between(205, 235);
    readonly float fallRight = random.Between(-0.02f, 0.02f);
    readonly float fallDown = random.Between(-0.03f, 0.03f);

    /// <summary>The deviation of the scanner's noise, in grey levels.</summary>
    public float Noise { get; } = random.Between(6, 11);

    public float At(int x, int y) => brightness + fallRight * (x - 480) + fallDown * (y - 300);
}
