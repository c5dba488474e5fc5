using Microsoft.Data.Sqlite;

namespace Penstock.Hosting.Tests.Queues;

/// <summary>A folder for the file of a queue.</summary>
internal sealed class QueueFolder
{
    public string Path { get; } = Directory.CreateTempSubdirectory("penstock-queue-").FullName;

    public string File => System.IO.Path.Combine(Path, "jobs.db");

    /// <summary>What another program might do to the file.</summary>
    public void Execute(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Tests write their own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        return connection;
    }

    public void Delete() => Directory.Delete(Path, recursive: true);
}
