using Penstock.Processes;

namespace Penstock.Tests.Processes;

/// <summary>What a worker reads of the numbers it is told, without a culture.</summary>
public sealed class PlainNumbers
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0042", 42)]
    [InlineData("68719476736", 1L << 36)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Digits_are_read(string text, long expected)
    {
        Assert.True(PlainNumber.TryParse(text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1,000")]
    [InlineData("٣")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_refused(string text) => Assert.False(PlainNumber.TryParse(text, out _));
}
