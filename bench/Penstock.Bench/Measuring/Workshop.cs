using System.ComponentModel;
using System.Diagnostics;

namespace Penstock.Bench.Measuring;

/// <summary>Compiles the peers in other languages, and this program in another way, each once, into a temporary folder that goes with the workshop.</summary>
internal sealed class Workshop : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly string folder = Directory.CreateTempSubdirectory("penstock-bench-").FullName;

    /// <summary>By source: why it cannot be run, or null if it can.</summary>
    private readonly Dictionary<string, string?> built = new(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>The command line of the program.</summary>
    /// <exception cref="AbsentException">It cannot be had here; the message says why.</exception>
    public async Task<ProcessStartInfo> MakeAsync(PeerProgram program)
    {
        if (!built.TryGetValue(program.Source, out var problem))
            built[program.Source] = problem = await BuildAsync(program);
        return problem is null ? Command(program.Start) : throw new AbsentException(problem);
    }

    private async Task<string?> BuildAsync(PeerProgram program)
    {
        if (program.IsEmbedded)
        {
            await using var source = typeof(Workshop).Assembly.GetManifestResourceStream(program.Source)!;
            await using var file = File.Create(Path.Combine(folder, program.Source));
            await source.CopyToAsync(file);
        }

        var command = Command([.. program.Build.Select(part => part.Replace("{source}", Path.Combine(folder, program.Source), StringComparison.Ordinal))]);
        command.RedirectStandardError = true;
        command.RedirectStandardOutput = true; // compilers may tell their errors there
        try
        {
            using var compiler = Process.Start(command)!;
            var output = compiler.StandardOutput.ReadToEndAsync();
            var errors = await compiler.StandardError.ReadToEndAsync().WaitAsync(Limit) + await output;
            await compiler.WaitForExitAsync();
            if (compiler.ExitCode == 0)
                return null;
            // A header that is missing is a library that is not installed; all else is our mistake.
            return errors.Contains("No such file", StringComparison.Ordinal) || !program.IsEmbedded
                ? $"not installed: {program.Needs}"
                : $"does not compile: {errors.ReplaceLineEndings(" ")}";
        }
        catch (Win32Exception)
        {
            return $"not installed: {program.Needs}";
        }
    }

    private ProcessStartInfo Command(IReadOnlyList<string> parts)
    {
        var filled = parts.Select(part => part.Replace("{folder}", folder, StringComparison.Ordinal)).ToList();
        return new ProcessStartInfo(filled[0], filled.Skip(1));
    }
}
