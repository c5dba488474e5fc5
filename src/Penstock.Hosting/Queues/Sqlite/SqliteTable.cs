using Microsoft.Data.Sqlite;

namespace Penstock.Hosting.Queues.Sqlite;

/// <summary>Jobs in a file, together with other queues and other processes.</summary>
internal sealed class SqliteTable : IJobTable
{
    private const string Entry = "SELECT sequence, id, state, due, attempts, deliveries, reason FROM jobs";

    private readonly string _path;
    private readonly string _queue;
    private readonly SqliteConnection _connection;
    private readonly List<Statement> _statements = [];
    private readonly WriteLock _lock;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _dataVersion;
    private readonly Statement _add;
    private readonly Statement _addPayload;
    private readonly Statement _first;
    private readonly Statement _firstAfter;
    private readonly Statement _findSequence;
    private readonly Statement _findId;
    private readonly Statement _content;
    private readonly Statement _update;
    private readonly Statement _remove;
    private readonly Statement _removePayload;
    private readonly Statement _count;

    private long _seen;

    private SqliteTable(string path, string queue)
    {
        _path = path;
        _queue = queue;
        _connection = SqliteFile.Open(path);
        _lock = new WriteLock(_connection);
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _dataVersion = Prepare("PRAGMA data_version");
        _add = Prepare("INSERT INTO jobs (queue, id) VALUES ($1, $2) ON CONFLICT (queue, id) DO NOTHING RETURNING sequence");
        _addPayload = Prepare("INSERT INTO payloads (sequence, trace_parent, trace_state, payload) VALUES ($1, $2, $3, $4)");
        _first = Prepare($"{Entry} WHERE queue = $1 AND state = $2 ORDER BY due, sequence LIMIT 1");
        _firstAfter = Prepare($"{Entry} WHERE queue = $1 AND state = $2 AND (due, sequence) > ($3, $4) ORDER BY due, sequence LIMIT 1");
        _findSequence = Prepare($"{Entry} WHERE sequence = $1 AND queue = $2");
        _findId = Prepare($"{Entry} WHERE id = $1 AND queue = $2");
        _content = Prepare("SELECT CAST(payload AS BLOB), trace_parent, trace_state FROM payloads WHERE sequence = $1");
        _update = Prepare("UPDATE jobs SET state = $2, due = $3, attempts = $4, deliveries = $5, reason = $6 WHERE sequence = $1");
        _remove = Prepare("DELETE FROM jobs WHERE sequence = $1");
        _removePayload = Prepare("DELETE FROM payloads WHERE sequence = $1");
        _count = Prepare("SELECT count(*) FROM jobs WHERE queue = $1 AND state = $2");
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
        _lock.Take();
        _seen = _dataVersion.Number();
    }

    public void Commit() => _commit.Execute();

    public void Rollback()
    {
        try
        {
            _rollback.Execute();
        }
        catch (SqliteException)
        {
            // Begin had failed, or SQLite has rolled back itself, as on a full disk.
        }
    }

    public bool ChangedElsewhere() => _dataVersion.Number() != _seen;

    public bool TryAdd(string id, JobContent content)
    {
        var sequence = _add.Number(_queue, id);
        return sequence != 0 && _addPayload.Execute(sequence, content.TraceParent, content.TraceState, content.Payload) == 1;
    }

    public JobEntry? First(JobState state, JobEntry? after = null) => after is null
        ? _first.First(ReadEntry, _queue, (long)state)
        : _firstAfter.First(ReadEntry, _queue, (long)state, after.Due, after.Sequence);

    public JobEntry? Find(long sequence) => _findSequence.First(ReadEntry, sequence, _queue);

    public JobEntry? Find(string id) => _findId.First(ReadEntry, id, _queue);

    public JobContent? Content(long sequence) => _content.First(ReadContent, sequence);

    public void Update(JobEntry entry) =>
        _update.Execute(entry.Sequence, (long)entry.State, entry.Due, entry.Attempts, entry.Deliveries, entry.Reason);

    public void Remove(long sequence)
    {
        _remove.Execute(sequence);
        _removePayload.Execute(sequence);
    }

    public long Count(JobState state) => _count.Number(_queue, (long)state);

    public Exception Explain(Exception exception) => SqliteErrors.Explain(exception, _path);

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _lock.Dispose();
        _connection.Dispose();
    }

    private Statement Prepare(string sql)
    {
        var statement = new Statement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }

    private static JobEntry ReadEntry(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), (JobState)row.GetInt32(2), row.GetInt64(3), row.GetInt32(4), row.GetInt64(5), Text(row, 6));

    private static JobContent? ReadContent(SqliteDataReader row) =>
        row.IsDBNull(0) ? null : new JobContent(row.GetFieldValue<byte[]>(0), Text(row, 1), Text(row, 2));

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
