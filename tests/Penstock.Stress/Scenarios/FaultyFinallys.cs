using Penstock.Tests.Properties;

namespace Penstock.Stress.Scenarios;

/// <summary>A finally that throws fails an otherwise good run; on top of another failure it changes nothing. Everything ends all the same.</summary>
internal sealed class FaultyFinallys : Scenario
{
    public override void Play(Dice dice)
    {
        var books = new Books();
        var workers = dice.Next(1, 4);
        var alsoFails = dice.OneIn(2);
        var take = dice.OneIn(2) ? dice.Next(1, 50) : (int?)null;
        var pipeline = new Water(dice, books).Pipe(count: 100, maxStages: 2, maxWorkers: 3)
            .Then(Faulty, new StageOptions { Workers = workers, MaxInFlight = workers + dice.Next(0, 2) });
        try
        {
            pipeline.To(items => Water.Collect(items, take)).Run(new RunOptions { TimeProvider = books });
            Require(false, "a run succeeded although a finally had thrown");
        }
        catch (InvalidDataException e)
        {
            Require(e.Message is "finally" || alsoFails, $"got {e.Message}");
        }

        books.Require();

        IEnumerable<Token> Faulty(IEnumerable<Token> items)
        {
            var life = books.Begin("faulty", output: null);
            try
            {
                foreach (var item in items)
                {
                    life.Hold(item);
                    if (alsoFails && item.Value == 60)
                        throw new InvalidDataException("body");
                    yield return life.Yield(new Token(books, item.Value));
                    life.LetGo();
                }
            }
            finally
            {
                life.End();
                Throw();
            }
        }

        static void Throw() => throw new InvalidDataException("finally");
    }
}
