using System.Text.Json;
using Microsoft.Data.Sqlite;
using Settlement.Domain.Settings;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Worker.Verbs;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>
/// A folder with a SQLite store for one test, on which verbs are run in-process as a person would type them; usage of any age is accepted.
/// </summary>
/// <param name="server">A connection string; if given, the store is a database of SQL Server instead.</param>
internal sealed class TestStore(string? server = null) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-test-");

    public string File => Path.Combine(folder.FullName, "settlement.db");

    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    public Task<Ran> RunAsync(params string[] args) => server is null
        ? AtAsync(File, args)
            : RunAsync([.. args, "--set", "Database:Engine=SqlServer", "--set", $"Database:ConnectionStringFile={Write("connection", server)}"], []);

    /// <summary>On a file other than the store's own.</summary>
    public Task<Ran> AtAsync(string file, params string[] args) => RunAsync(args, ["--database", file]);

    private static async Task<Ran> RunAsync(string[] args, string[] database)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var exit = await CommandLine.RunAsync(["--set", NasaDay.MaxUsageAge, .. args, .. database], output, error);
        return new Ran(exit, output.ToString(), error.ToString());
    }

    /// <summary>Runs a verb that must end with 0.</summary>
    public async Task<Ran> DoAsync(params string[] args)
    {
        var ran = await RunAsync(args);
        Xunit.Assert.True(ran.Exit == Exit.Done, $"settlement {string.Join(' ', args)}: exit code {ran.Exit}\n{ran.Error}{ran.Output}");
        return ran;
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Applies commands, one per line.</summary>
    public Task<Ran> CommandsAsync(params object[] commands) =>
        DoAsync("command", Write("commands.ndjson", string.Join('\n', commands.Select(c => JsonSerializer.Serialize(c)))), "--output", "json");

    public T Read<T>(Func<Session, T> read)
    {
        using var engine = new SqliteEngine(new SqliteConnectionStringBuilder { DataSource = File }.ToString());
        return new SettlementStore(engine, BillingSettings.Default).Read(read);
    }

    /// <summary>Everything in the store as text: it must be equal before and after something that may change nothing.</summary>
    public string Dump()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Pooling = false }.ToString());
        connection.Open();
        var tables = Column(connection, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
        return string.Join('\n', tables.SelectMany(t => Rows(connection, t).Prepend(t)));
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static List<string> Column(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
            texts.Add(reader.GetString(0));
        return texts;
    }

    private static List<string> Rows(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {table}";
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount)
                .Select(i => reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : reader.GetValue(i).ToString())));
        return rows;
    }
}

/// <summary>How a verb ended.</summary>
internal sealed record Ran(int Exit, string Output, string Error)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);
}
