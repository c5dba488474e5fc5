using Penstock.Hosting.Queues.Sqlite;

namespace Penstock.Hosting;

/// <summary>
/// A durable queue in a file, for one machine, with nothing to install: any number of processes submit to it and pull from it at
/// the same time. What was acknowledged survives kill -9 and a power cut.
/// </summary>
/// <remarks>
/// Leases and pauses go by the machine's UTC clock; all processes must share it, and a file on a network drive is not supported.
/// A clock that is set back by an hour keeps the jobs of dead workers an hour longer.
/// </remarks>
/// <typeparam name="T">The payload.</typeparam>
/// <param name="path">The file; it is created if it is missing, its folder is not. SQLite puts two more beside it, <c>-wal</c> and <c>-shm</c>.</param>
/// <param name="options">Default: each option's own.</param>
/// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
/// <exception cref="ArgumentException">Nothing of what is in such a payload would come back from JSON.</exception>
/// <exception cref="DirectoryNotFoundException">The file's folder does not exist.</exception>
/// <exception cref="InvalidDataException">The file is not a job queue, is damaged, or was made by a newer version.</exception>
/// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
/// <exception cref="IOException">The file cannot be used for another reason; the message says which.</exception>
public sealed class SqliteJobQueue<T>(string path, SqliteJobQueueOptions? options = null)
    : EmbeddedJobQueue<T>((options ?? new()).Checked<SqliteJobQueueOptions>(), checkedOptions => SqliteTable.Open(path, ((SqliteJobQueueOptions)checkedOptions).Queue));
