using System.Data.Common;
using Dapper;
using EvolveDb;
using EvolveDb.Dialect;

namespace Settlement.Storage.Engines;

/// <summary>Forward-only .sql scripts, embedded per engine, checksummed and run under a lock by Evolve.</summary>
internal static class Migrations
{
    /// <summary>
    /// What the names of scripts contain that only add: tables, indexes, views, and columns that may be null or have a default. A program that does
    /// not know such a script works on a database in which it has run, so workers can be replaced one at a time.
    /// </summary>
    public const string Additive = "__add_";

    private const string Table = "Changelog";

    public static int Run(DbConnection connection, string engine, Action<string> log)
    {
        // Named, not guessed from the connection: a server may answer to more than one name.
        var evolve = new Evolve(connection, m => log(m), Enum.Parse<DBMS>(engine, ignoreCase: true))
        {
            EmbeddedResourceAssemblies = [typeof(Migrations).Assembly],
            EmbeddedResourceFilters = [Prefix(engine)],
            MetadataTableName = Table,
            IsEraseDisabled = true,
        };
        evolve.Migrate();
        return evolve.NbMigration;
    }

    /// <param name="tableExists">The engine's question whether @Table exists, as a count.</param>
    public static IReadOnlyList<string> Differences(DbConnection connection, string engine, string tableExists)
    {
        var mine = typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix(engine), StringComparison.Ordinal))
            .Select(n => n[Prefix(engine).Length..].TrimStart('.'))
            .ToDictionary(VersionOf, OnlyAdds, StringComparer.Ordinal);
        var applied = Exists(connection, tableExists, Table)
            ? connection.Query<string>($"SELECT name FROM {Table} WHERE type = 0 AND success = 1")
                .ToDictionary(VersionOf, OnlyAdds, StringComparer.Ordinal)
            : [];
        return
        [
            .. mine.Where(m => !applied.ContainsKey(m.Key)).OrderBy(m => m.Key, StringComparer.Ordinal)
                .Select(m => $"migration {m.Key} {(m.Value ? SchemaDifference.OnlyAdds : "has not run")}"),
            .. applied.Where(a => !mine.ContainsKey(a.Key) && !a.Value).OrderBy(a => a.Key, StringComparer.Ordinal)
                .Select(a => $"migration {a.Key} {SchemaDifference.Newer}"),
        ];
    }

    /// <param name="question">The engine's question whether @Table exists, as a count.</param>
    public static bool Exists(DbConnection connection, string question, string table) =>
        connection.ExecuteScalar<long>(question, new { Table = table }) > 0;

    private static string VersionOf(string script) => script.Split("__")[0].TrimStart('V');

    /// <summary>By its name, because an older program sees no more than the name of a newer one's script.</summary>
    private static bool OnlyAdds(string script) => script.Contains(Additive, StringComparison.Ordinal);

    private static string Prefix(string engine) => $"Settlement.Storage.Migrations.{engine}";
}
