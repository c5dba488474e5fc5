using System.Diagnostics;
using System.Globalization;

namespace Penstock.TestApp;

/// <summary>Large items through one stage in a process: two links between processes.</summary>
internal static class Large
{
    /// <summary>Arrays: one copy into each link and one out of it.</summary>
    public static void Arrays(int megabytes, int count)
    {
        var bytes = megabytes << 20;
        CopyPlainly(bytes);
        foreach (var inFlight in new int?[] { null, 1 })
        {
            var items = Pipeline.From(() => Repeat(new byte[bytes], count), new() { MaxInFlight = inFlight }).Then(Pass, new() { Isolation = Isolation.Process, MaxInFlight = inFlight });
            Measure($"{megabytes} MB arrays, MaxInFlight {inFlight?.ToString(CultureInfo.InvariantCulture) ?? "default"}", items, count);
        }
    }

    /// <summary>Buffers of different sizes, rented, yielded and received through two links, their elements untouched: the size should not matter.</summary>
    public static void Buffers(int count)
    {
        int[] sizes = [4 << 10, 1 << 20, 40 << 20, 400 << 20];
        foreach (var size in sizes.Concat(sizes))
        {
            var items = Pipeline.From(Rent, (size, count), new() { MaxInFlight = 64 }).Then(RentAgain, new() { Isolation = Isolation.Process, MaxInFlight = 64 });
            Measure($"buffers of {size >> 10} KB", items, count);
        }

        // Fewer in flight: arrays count as memory also where they are untouched.
        foreach (var size in sizes)
            Measure($"buffers of {size >> 10} KB between threads", Pipeline.From(Rent, (size, count)).Then(RentAgain), count);
    }

    private static IEnumerable<Buffer<byte>> Rent((int Size, int Count) what)
    {
        for (var i = 0; i < what.Count; i++)
            yield return Buffer<byte>.Rent(what.Size);
    }

    private static IEnumerable<Buffer<byte>> RentAgain(IEnumerable<Buffer<byte>> items)
    {
        foreach (var item in items)
            yield return Buffer<byte>.Rent(item.Length);
    }

    private static void Measure<T>(string what, Pipeline<T> items, int count)
    {
        var (began, passed) = (0L, 0);
        var before = Used();
        foreach (var _ in items.AsEnumerable())
        {
            if (passed++ == 3)
                (began, before) = (Stopwatch.GetTimestamp(), Used());
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var after = Used();
        var measured = passed - 4;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {measured / seconds:F1} items/s; here per item {(after.Faults - before.Faults) / measured} faults, {(after.Seconds - before.Seconds) * 1e3 / measured:F1} ms of processor, {(after.SystemSeconds - before.SystemSeconds) * 1e3 / measured:F1} ms of it in the kernel"));
        if (passed != count)
            throw new InvalidOperationException($"{passed} of {count} items.");
    }

    private static void CopyPlainly(int bytes)
    {
        var (from, to) = (new byte[bytes], new byte[bytes]);
        Array.Fill(from, (byte)1);
        Array.Fill(to, (byte)2);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++)
            from.AsSpan().CopyTo(to);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a plain copy of {bytes >> 20} MB: {Stopwatch.GetElapsedTime(began).TotalMilliseconds / 20:F1} ms"));
    }

    private static IEnumerable<T> Repeat<T>(T item, int count)
    {
        for (var i = 0; i < count; i++)
            yield return item;
    }

    private static IEnumerable<T> Pass<T>(IEnumerable<T> items)
    {
        var before = Used();
        var n = 0;
        foreach (var item in items)
        {
            if (++n == 4) before = Used();
            yield return item;
        }
        var after = Used();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"   worker per item {(after.Faults - before.Faults) / (n - 4)} faults, {(after.Seconds - before.Seconds) * 1e3 / (n - 4):F1} ms of processor, {(after.SystemSeconds - before.SystemSeconds) * 1e3 / (n - 4):F1} ms of it in the kernel, gcs {GC.CollectionCount(2)}"));
    }

    private static (long Faults, double Seconds, double SystemSeconds) Used()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var numbers = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        using var process = Process.GetCurrentProcess();
        return (long.Parse(numbers[7], CultureInfo.InvariantCulture), process.TotalProcessorTime.TotalSeconds, process.PrivilegedProcessorTime.TotalSeconds);
    }
}
