using Microsoft.Data.Sqlite;

namespace Penstock.Hosting.Queues.Sqlite;

/// <summary>An SQL statement that is prepared once. Values are always parameters, $1, $2 and so on.</summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand command;

    public Statement(SqliteConnection connection, string sql)
    {
        command = connection.CreateCommand();
        command.CommandText = sql;
    }

    /// <returns>The number of rows changed.</returns>
    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return command.ExecuteNonQuery();
    }

    /// <returns>The first row; nothing if there is none.</returns>
    public TRow? First<TRow>(Func<SqliteDataReader, TRow> read, params ReadOnlySpan<object?> values)
        where TRow : class?
    {
        Bind(values);
        using var reader = command.ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    /// <returns>The first value of the first row; 0 if there is none.</returns>
    public long Number(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return command.ExecuteScalar() as long? ?? 0;
    }

    public void Dispose() => command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i == command.Parameters.Count)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i + 1}" });
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
