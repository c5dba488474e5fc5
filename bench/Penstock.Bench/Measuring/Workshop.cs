using System.ComponentModel;
using System.Diagnostics;

namespace Penstock.Bench.Measuring;

/// <summary>Compiles the peers in other languages, and this program in another way, each once, into a temporary folder that goes with the workshop.</summary>
internal sealed class Workshop : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly string folder = Directory.CreateTempSubdirectory("penstock-bench-").FullName;

    /// <summary>By source: why it cannot be run, and whether that is a failure; null if it can.</summary>
    private readonly Dictionary<string, (string Problem, bool IsFailure)?> built = new(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>The command line of the program.</summary>
    /// <exception cref="AbsentException">It cannot be had here; the message says why.</exception>
    /// <exception cref="ContestException">It should have come to be, and has not.</exception>
    public async Task<ProcessStartInfo> MakeAsync(PeerProgram program, Contestant contestant)
    {
        if (!built.TryGetValue(program.Source, out var outcome))
            built[program.Source] = outcome = await BuildAsync(program);
        return outcome switch
        {
            null => Command(program.Start),
            (var problem, IsFailure: true) => throw new ContestException(contestant, problem),
            (var problem, _) => throw new AbsentException(problem),
        };
    }

    private async Task<(string Problem, bool IsFailure)?> BuildAsync(PeerProgram program)
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
            string errors;
            try
            {
                var output = compiler.StandardOutput.ReadToEndAsync();
                errors = await compiler.StandardError.ReadToEndAsync().WaitAsync(Limit) + await output;
                await compiler.WaitForExitAsync();
            }
            catch (TimeoutException)
            {
                compiler.Kill(entireProcessTree: true);
                return ($"does not compile within {Limit}", IsFailure: true);
            }

            if (compiler.ExitCode == 0)
                return null;
            // A header that is missing is a library that is not installed; all else is our mistake.
            return errors.Contains("No such file", StringComparison.Ordinal) || !program.IsEmbedded
                ? ($"not installed: {program.Needs}", IsFailure: false)
                : ($"does not compile: {errors.ReplaceLineEndings(" ")}", IsFailure: true);
        }
        catch (Win32Exception)
        {
            return ($"not installed: {program.Needs}", IsFailure: false);
        }
    }

    private ProcessStartInfo Command(IReadOnlyList<string> parts)
    {
        var filled = parts.Select(part => part.Replace("{folder}", folder, StringComparison.Ordinal)).ToList();
        return new ProcessStartInfo(filled[0], filled.Skip(1));
    }
}
