using Microsoft.Data.Sqlite;

namespace Penstock.Hosting.Queues.Sqlite;

/// <summary>Jobs in a file, together with other queues and other processes.</summary>
internal sealed class SqliteTable : IJobTable
{
    private const string Entry = "SELECT sequence, id, state, due, attempts, deliveries, reason FROM jobs";

    private readonly string path;
    private readonly string queue;
    private readonly SqliteConnection connection;
    private readonly List<Statement> statements = [];
    private readonly WriteLock writeLock;
    private readonly Statement commit;
    private readonly Statement rollback;
    private readonly Statement dataVersion;
    private readonly Statement add;
    private readonly Statement addPayload;
    private readonly Statement first;
    private readonly Statement firstAfter;
    private readonly Statement findSequence;
    private readonly Statement findId;
    private readonly Statement content;
    private readonly Statement update;
    private readonly Statement remove;
    private readonly Statement removePayload;
    private readonly Statement count;

    private long seen;

    private SqliteTable(string path, string queue)
    {
        this.path = path;
        this.queue = queue;
        connection = SqliteFile.Open(path);
        writeLock = new WriteLock(connection);
        commit = Prepare("COMMIT");
        rollback = Prepare("ROLLBACK");
        dataVersion = Prepare("PRAGMA data_version");
        add = Prepare("INSERT INTO jobs (queue, id) VALUES ($1, $2) ON CONFLICT (queue, id) DO NOTHING RETURNING sequence");
        addPayload = Prepare("INSERT INTO payloads (sequence, trace_parent, trace_state, payload) VALUES ($1, $2, $3, $4)");
        first = Prepare($"{Entry} WHERE queue = $1 AND state = $2 ORDER BY due, sequence LIMIT 1");
        firstAfter = Prepare($"{Entry} WHERE queue = $1 AND state = $2 AND (due, sequence) > ($3, $4) ORDER BY due, sequence LIMIT 1");
        findSequence = Prepare($"{Entry} WHERE sequence = $1 AND queue = $2");
        findId = Prepare($"{Entry} WHERE id = $1 AND queue = $2");
        content = Prepare("SELECT CAST(payload AS BLOB), trace_parent, trace_state FROM payloads WHERE sequence = $1");
        update = Prepare("UPDATE jobs SET state = $2, due = $3, attempts = $4, deliveries = $5, reason = $6 WHERE sequence = $1");
        remove = Prepare("DELETE FROM jobs WHERE sequence = $1");
        removePayload = Prepare("DELETE FROM payloads WHERE sequence = $1");
        count = Prepare("SELECT count(*) FROM jobs WHERE queue = $1 AND state = $2");
    }

    public static SqliteTable Open(string path, string queue)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // An absolute path is never one of SQLite's special names.
        path = Path.GetFullPath(path);
        try
        {
            return new SqliteTable(path, queue);
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Explain(e, path);
        }
    }

    public bool IsShared => true;

    public void Begin()
    {
        writeLock.Take();
        seen = dataVersion.Number();
    }

    public void Commit() => commit.Execute();

    public void Rollback()
    {
        try
        {
            rollback.Execute();
        }
        catch (SqliteException)
        {
            // Begin had failed, or SQLite has rolled back itself, as on a full disk.
        }
    }

    public bool ChangedElsewhere() => dataVersion.Number() != seen;

    public bool TryAdd(string id, JobContent content)
    {
        var sequence = add.Number(queue, id);
        return sequence != 0 && addPayload.Execute(sequence, content.TraceParent, content.TraceState, content.Payload) == 1;
    }

    public JobEntry? First(JobState state, JobEntry? after = null) => after is null
        ? first.First(ReadEntry, queue, (long)state)
        : firstAfter.First(ReadEntry, queue, (long)state, after.Due, after.Sequence);

    public JobEntry? Find(long sequence) => findSequence.First(ReadEntry, sequence, queue);

    public JobEntry? Find(string id) => findId.First(ReadEntry, id, queue);

    public JobContent? Content(long sequence) => content.First(ReadContent, sequence);

    public void Update(JobEntry entry) =>
        update.Execute(entry.Sequence, (long)entry.State, entry.Due, entry.Attempts, entry.Deliveries, entry.Reason);

    public void Remove(long sequence)
    {
        remove.Execute(sequence);
        removePayload.Execute(sequence);
    }

    public long Count(JobState state) => count.Number(queue, (long)state);

    public Exception Explain(Exception exception) => SqliteErrors.Explain(exception, path);

    public void Dispose()
    {
        foreach (var statement in statements)
            statement.Dispose();
        writeLock.Dispose();
        connection.Dispose();
    }

    private Statement Prepare(string sql)
    {
        var statement = new Statement(connection, sql);
        statements.Add(statement);
        return statement;
    }

    private static JobEntry ReadEntry(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), (JobState)row.GetInt32(2), row.GetInt64(3), row.GetInt32(4), row.GetInt64(5), Text(row, 6));

    private static JobContent? ReadContent(SqliteDataReader row) =>
        row.IsDBNull(0) ? null : new JobContent(row.GetFieldValue<byte[]>(0), Text(row, 1), Text(row, 2));

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
