namespace Penstock.Stages;

/// <summary>The name a stage gets from its method.</summary>
internal static class StageName
{
    /// <summary>The method's name; null for lambdas, whose names only the compiler knows.</summary>
    public static string? Of(Delegate? function)
    {
        var name = function?.Method.Name;
        if (name is null || !name.StartsWith('<'))
            return name;

        // A local function Load of Main compiles to <Main>g__Load|0_0, a lambda to <Main>b__0_0.
        var start = name.IndexOf(">g__", StringComparison.Ordinal);
        var end = name.IndexOf('|', StringComparison.Ordinal);
        return start >= 0 && end > start ? name[(start + 4)..end] : null;
    }
}
