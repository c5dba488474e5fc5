namespace Penstock.Tests.Properties;

public sealed class DebugCase
{
    [Fact]
    public void Show()
    {
        var test = RandomCases.FromSeed(9009004);
        var oracle = new Oracle(test with { Stages = [.. test.Stages.Take(3)], Consumer = test.Consumer with { Take = 14 } }, isTolerant: false).Run();
        var s = test.Stages[3];
        foreach (var v in oracle.Items)
        {
            Console.WriteLine($"item {v} stops {s.Step.Stops(v)}");
            for (var a = 1; a < 4; a++)
            {
                var outs = new List<string>();
                try
                {
                    foreach (var o in s.Step.Outputs(v, a))
                    {
                        outs.Add($"{o}->");
                        foreach (var c in s.Chained[0].Outputs(o, a))
                            outs.Add($"{c}");
                    }
                }
                catch (CaseException e)
                {
                    outs.Add(e.Message);
                }

                Console.WriteLine($"   try {a}: {string.Join(" ", outs)}");
            }
        }

        var exp = new Oracle(test, isTolerant: false).Run();
        Console.WriteLine("expected " + string.Join(' ', exp.Items));
        for (var i = 0; i < 5; i++)
        {
            var p = new Player(test);
            Console.WriteLine("got      " + string.Join(' ', p.Play().Items));
        }
    }
}
