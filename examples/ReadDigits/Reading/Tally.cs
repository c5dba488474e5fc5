namespace ReadDigits.Reading;

/// <summary>What came out: how often each digit was read as what.</summary>
internal sealed class Tally
{
    const char Unknown = '?';
    const char EmptyCell = '.';
    const char NotRead = '-';

    readonly Dictionary<(char Truth, char Read), int> counts = [];
    readonly Dictionary<string, int> aside = [];
    int order;

    public int Pages { get; private set; }

    /// <summary>Digits read, right or wrong.</summary>
    public int Digits { get; private set; }

    /// <summary>How many cells were put aside for which reason.</summary>
    public IReadOnlyDictionary<string, int> Aside => aside;

    public bool KnowsTruth => Judged.Any();

    /// <summary>Digits on the pages, as far as the truth is known.</summary>
    public int Shown => Judged.Sum(entry => entry.Value);

    /// <summary>The share of digits on the pages that were read right. A digit put aside, or seen where none is, counts as wrong.</summary>
    public double Accuracy => ShareRight(Judged);

    IEnumerable<KeyValuePair<(char Truth, char Read), int>> Judged => counts.Where(entry => entry.Key.Truth != Unknown);

    public (int Shown, double Accuracy) Of(char digit)
    {
        var shown = counts.Where(entry => entry.Key.Truth == digit).ToList();
        return (shown.Sum(entry => entry.Value), ShareRight(shown));
    }

    /// <summary>What a digit was taken for most often when it was read wrong, or null.</summary>
    public (char Read, int Times)? WorstMistakeOf(char digit) => counts
        .Where(entry => entry.Key.Truth == digit && entry.Key.Read != digit)
        .Select(entry => ((char, int)?)(entry.Key.Read, entry.Value))
        .MaxBy(mistake => mistake!.Value.Item2);

    public int ReadAs(char digit) => counts.Where(entry => entry.Key.Read == digit).Sum(entry => entry.Value);

    /// <summary>Whether both saw exactly the same labels on the same pages in the same order.</summary>
    public bool IsSameAs(Tally other) => order == other.order && Pages == other.Pages && Digits == other.Digits;

    public void Add(PageLabels page)
    {
        var truth = page.File.ReadTruth();
        var cells = page.Found.Cells.Length + page.Found.Aside.Length;
        if (truth is not null && truth.Length != cells)
            throw new InvalidDataException($"{page.File.TruthPath} describes {truth.Length} cells, but the page has {cells}.");

        foreach (var (cell, label) in page.Found.Cells.Zip(page.Labels))
            Count(truth?[cell] ?? Unknown, label);
        foreach (var (cell, reason) in page.Found.Aside)
        {
            aside[reason] = aside.GetValueOrDefault(reason) + 1;
            if (truth is not null && truth[cell] != EmptyCell)
                Count(truth[cell], NotRead);
        }

        Pages++;
        Digits += page.Labels.Length;
        order = HashCode.Combine(order, page.File.Name, page.Labels);
    }

    void Count(char truth, char read) => counts[(truth, read)] = counts.GetValueOrDefault((truth, read)) + 1;

    static double ShareRight(IEnumerable<KeyValuePair<(char Truth, char Read), int>> entries)
    {
        var (right, all) = (0, 0);
        foreach (var (key, count) in entries)
        {
            all += count;
            right += key.Truth == key.Read ? count : 0;
        }

        return all == 0 ? 0 : (double)right / all;
    }
}
