using Microsoft.Data.Sqlite;

namespace Penstock.Hosting.Queues.Sqlite;

/// <summary>Opens a file of job queues, creates it, and makes sure that it is one.</summary>
internal static class SqliteFile
{
    /// <summary>Marks the file as ours: "PnSt". At a fixed place in SQLite's header, so the command <c>file</c> shows it too.</summary>
    private const int ApplicationId = 0x506E5374;

    private const int Version = 1;

    // Payloads stay apart: a job changes with every step, and must not drag megabytes along.
    // The index is the order of everything, see JobEntry.Due.
    private const string Schema =
        """
        CREATE TABLE jobs (
            sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
            queue      TEXT NOT NULL,
            id         TEXT NOT NULL,
            state      INTEGER NOT NULL DEFAULT 0,  -- 0 ready, 1 delayed, 2 leased, 3 dead
            due        INTEGER NOT NULL DEFAULT 0,  -- when the state ends, or the job died: milliseconds since 1970 UTC; 0 if ready
            attempts   INTEGER NOT NULL DEFAULT 0,
            deliveries INTEGER NOT NULL DEFAULT 0,
            reason     TEXT,                        -- of the last failure
            UNIQUE (queue, id)
        ) STRICT;
        CREATE INDEX jobs_in_order ON jobs (queue, state, due, sequence);
        CREATE TABLE payloads (
            sequence     INTEGER PRIMARY KEY,       -- of the job
            trace_parent TEXT,
            trace_state  TEXT,
            payload      ANY                        -- JSON in UTF-8
        ) STRICT;
        """;

    /// <exception cref="DirectoryNotFoundException">Its folder is missing.</exception>
    /// <exception cref="InvalidDataException">It is no file of job queues.</exception>
    /// <exception cref="SqliteException">All else.</exception>
    public static SqliteConnection Open(string path)
    {
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The job queue '{path}' cannot be opened: the folder '{folder}' does not exist. Create it first.");
        // The library's pool would keep the file open after the queue is disposed. Its time-out is for the lock, in seconds.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA busy_timeout = 30000");
            // Somebody else's file is left as it is.
            CheckOwner(connection, path);
            Prepare(connection, path);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void CheckOwner(SqliteConnection connection, string path)
    {
        // In this order: another process may create the queue in between, tables and mark at once.
        var tables = Number(connection, "SELECT count(*) FROM sqlite_schema");
        var owner = Number(connection, "PRAGMA application_id");
        if (owner != ApplicationId && (owner != 0 || tables > 0))
            throw new InvalidDataException($"'{path}' is an SQLite database of something else, not a job queue. Give the queue a file of its own.");
    }

    private static void Prepare(SqliteConnection connection, string path)
    {
        if (Execute(connection, "PRAGMA journal_mode = WAL") is not "wal")
            throw new IOException($"The job queue '{path}' cannot be opened: its file system has no shared memory, as network drives do not. Put it on a local disk.");
        // FULL syncs each commit to the disk; without fullfsync, macOS syncs to the disk's cache only.
        Execute(connection, "PRAGMA synchronous = FULL");
        Execute(connection, "PRAGMA fullfsync = ON");

        // Two processes may come at once; whoever is second finds it done.
        Execute(connection, "BEGIN IMMEDIATE");
        var version = Number(connection, "PRAGMA user_version");
        if (version == 0)
            Execute(connection, $"{Schema} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version};");
        Execute(connection, "COMMIT");
        if (version > Version)
        {
            throw new InvalidDataException($"The job queue '{path}' has format {version}, made by a newer version of Penstock; this one knows format {Version}. "
                + "Update this program, or give it another file.");
        }
    }

    private static long Number(SqliteConnection connection, string sql) => (long)Execute(connection, sql)!;

    private static object? Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // All of it is in this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
