using System.Runtime.InteropServices;

namespace ReadDigits.Digits;

/// <summary>Bends a digit along a sine, as another hand would: strokes move, and stay connected. The default bends nothing.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Wave(float Size, float Frequency, float Phase)
{
    /// <summary>Moves strokes by up to a tenth of the digit's side.</summary>
    public static Wave Any(SeededRandom random) =>
        new(random.Between(0, 0.18f), random.Between(1, 4), random.Between(0, 2 * MathF.PI));

    public float At(float place) => Size == 0 ? 0 : Size * MathF.Sin(Frequency * place + Phase);
}
