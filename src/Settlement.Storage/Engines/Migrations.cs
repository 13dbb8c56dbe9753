using System.Data.Common;
using Dapper;
using EvolveDb;
using EvolveDb.Dialect;

namespace Settlement.Storage.Engines;

/// <summary>Forward-only .sql scripts, embedded per engine, checksummed and run under a lock by Evolve.</summary>
internal static class Migrations
{
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
            .Select(n => n[Prefix(engine).Length..].TrimStart('.').Split("__")[0].TrimStart('V'))
            .ToHashSet(StringComparer.Ordinal);
        var applied = connection.ExecuteScalar<long>(tableExists, new { Table }) > 0
            ? connection.Query<string>($"SELECT version FROM {Table} WHERE type = 0 AND success = 1").ToHashSet(StringComparer.Ordinal) : [];
        return
        [
            .. mine.Except(applied).Order(StringComparer.Ordinal).Select(v => $"migration {v} has not run"),
            .. applied.Except(mine).Order(StringComparer.Ordinal).Select(v => $"migration {v} {SchemaDifference.Newer}"),
        ];
    }

    private static string Prefix(string engine) => $"Settlement.Storage.Migrations.{engine}";
}
