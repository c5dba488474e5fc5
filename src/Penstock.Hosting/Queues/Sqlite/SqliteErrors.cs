using Microsoft.Data.Sqlite;

namespace Penstock.Hosting.Queues.Sqlite;

/// <summary>SQLite's errors, as what went wrong and what to do about it.</summary>
internal static class SqliteErrors
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    public static Exception Explain(Exception exception, string path) => exception is SqliteException e ? Explain(e, path) : exception;

    private static Exception Explain(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        Busy or Locked => new IOException($"Another process has kept the job queue '{path}' locked for half a minute. "
            + "Find it, it may be stopped in a debugger or a tool; nothing was changed.", e),
        ReadOnly => new UnauthorizedAccessException($"The job queue '{path}' must not be written. Its file, the files {Beside} and their folder must be writable.", e),
        InputOutput => new IOException($"The job queue '{path}' could not be read or written: the disk or the file system failed. {Detail(e)}", e),
        Corrupt => new InvalidDataException($"The job queue '{path}' is damaged. Stop all that use it, and save what can be saved "
            + $"with \"sqlite3 '{path}' .recover\". {Detail(e)}", e),
        Full => new IOException($"The disk of the job queue '{path}' is full; nothing was changed. Make room and try again.", e),
        CannotOpen => new UnauthorizedAccessException($"The job queue '{path}' cannot be opened: it may be a folder, or file, {Beside} or folder must not be read or written. {Detail(e)}", e),
        NotADatabase => new InvalidDataException($"'{path}' is not a job queue, nor any SQLite database. Give the queue a file of its own; one that does not exist is created.", e),
        _ => new IOException($"The job queue '{path}' failed. {Detail(e)}", e),
    };

    private const string Beside = "'-wal' and '-shm' beside it";

    private static string Detail(SqliteException e) => $"({e.Message} Extended code {e.SqliteExtendedErrorCode}.)";
}
