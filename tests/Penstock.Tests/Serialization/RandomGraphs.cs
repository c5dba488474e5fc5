using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Penstock.Serialization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Serialization;

/// <summary>Random graphs come back as they were, with all that random values bring: NaN, null, empty, control characters, lone surrogates.</summary>
public class RandomGraphs
{
    private const int Cases = 500;

    internal enum Colour : short
    {
        Red = -1,
        Green = 7,
    }

    internal sealed record Leaf(string? Text, double Number, float Small, decimal Money, Colour Colour, Guid Id, DateTime When, TimeSpan Span, char Letter, bool? Maybe);

    internal sealed record Branch(string? Name, Leaf? One, Leaf[]? Many, int[]? Numbers, double[]? Reals, byte[]? Bytes, List<string?>? Texts);

    internal sealed record Tree(Branch[]? Branches, Dictionary<string, int>? Counts, Dictionary<int, Leaf?>? Leaves, (int, string?, Leaf?) Tuple, KeyValuePair<string?, long>[]? Pairs);

    [Fact]
    public Task Random_values_come_back() => Within.Time(() =>
    {
        Check<int>();
        Check<string?>();
        Check<double[]?>();
        Check<(byte, double, char)[]?>();
        Check<Leaf?>();
        Check<Branch?>();
        Check<Tree?>();
        Check<List<Branch?>?>();
        Check<Dictionary<string, double[]?>?>();
    });

    [Fact]
    public Task Random_code_units_come_back() => Within.Time(() =>
    {
        var units = Gen.Choose(0, 0xFFFF).Select(u => (char)u);
        var surrogates = Gen.Choose(0xD800, 0xDFFF).Select(u => (char)u);
        var texts = Gen.OneOf(units, surrogates).ArrayOf().Select(chars => new string(chars));
        Run(texts, text => string.Equals(text, Crossing.Of(text), StringComparison.Ordinal) && Equals(Crossing.Of(Tuple.Create(text, text)), Tuple.Create(text, text)));
    });

    private static void Check<T>()
    {
        CrossingCheck.Require(typeof(T), "s", "its items");
        Run(ArbMap.Default.GeneratorFor<T>(), item => string.Equals(Picture(item), Picture(Crossing.Of(item)), StringComparison.Ordinal));
    }

    private static void Run<T>(Gen<T> items, Func<T, bool> holds) =>
        Prop.ForAll(Arb.From(items), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    // Records compare arrays by reference: what they hold is compared as text, floating point numbers bit for bit.
    private static string Picture(object? value)
    {
        var text = new StringBuilder();
        Draw(value);
        return text.ToString();

        void Draw(object? v)
        {
            switch (v)
            {
                case null:
                    text.Append("null");
                    break;
                case string s:
                    text.Append('"').AppendJoin(' ', s.Select(c => (int)c)).Append('"');
                    break;
                case double d:
                    text.Append(BitConverter.DoubleToInt64Bits(d));
                    break;
                case float f:
                    text.Append(BitConverter.SingleToInt32Bits(f));
                    break;
                case DateTime t:
                    text.Append(t.Ticks).Append(t.Kind);
                    break;
                case System.Collections.IEnumerable many:
                    text.Append('[');
                    foreach (var one in many)
                        Draw(one);
                    text.Append(']');
                    break;
                case IConvertible or IFormattable:
                    text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{v} ");
                    break;
                default:
                    text.Append(v.GetType().Name).Append('(');
                    foreach (var member in v.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
                        Draw(member.GetValue(v));
                    foreach (var field in v.GetType().GetFields())
                        Draw(field.GetValue(v));
                    text.Append(')');
                    break;
            }
        }
    }
}
