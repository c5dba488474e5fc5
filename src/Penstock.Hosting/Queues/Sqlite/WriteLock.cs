using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Penstock.Hosting.Queues.Sqlite;

/// <summary>
/// Begins a transaction as soon as no other process is in one. SQLite asks for its lock less and less often, and the command of the
/// library only every 150 ms: beside a process that commits without a pause that took seconds. Here it is asked for every one or two
/// milliseconds.
/// </summary>
internal sealed class WriteLock : IDisposable
{
    // SQLite sleeps 1 and then 2 ms between its tries; after that the count starts again.
    private const int MillisecondsAtATime = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SqliteConnection connection;
    private readonly sqlite3_stmt begin;

    public WriteLock(SqliteConnection connection)
    {
        this.connection = connection;
        Check(raw.sqlite3_busy_timeout(connection.Handle, MillisecondsAtATime));
        Check(raw.sqlite3_prepare_v2(connection.Handle, "BEGIN IMMEDIATE", out begin));
    }

    public void Take()
    {
        var start = Stopwatch.GetTimestamp();
        int result;
        do
        {
            result = raw.sqlite3_step(begin);
            _ = raw.sqlite3_reset(begin);
        }
        while ((result & 0xFF) == raw.SQLITE_BUSY && Stopwatch.GetElapsedTime(start) < Patience);

        if (result != raw.SQLITE_DONE)
            Check(result);
    }

    public void Dispose() => begin.Dispose();

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, connection.Handle);
}
