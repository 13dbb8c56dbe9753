using System.Text.RegularExpressions;
using Dapper;
using Settlement.Storage.Engines;

namespace Settlement.Storage.Tests.Schema;

/// <summary>
/// The schema of a migrated SQLite file, as reported by SQLite. The text of checks and of partial indexes is read from their statements.
/// </summary>
internal static partial class SqliteSchema
{
    /// <summary>Evolve's record of the scripts that ran.</summary>
    private const string Changelog = "Changelog";

    public static DatabaseSchema Read(Session session)
    {
        var objects = session.Connection.Query<(string Type, string Name, string Sql)>("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").ToList();
        return new DatabaseSchema(
            [.. objects.Where(o => o.Type == "table" && o.Name != Changelog && !o.Name.StartsWith("sqlite_", StringComparison.Ordinal))
                .Select(o => Table(session, o.Name, o.Sql))],
            [.. objects.Where(o => o.Type == "view").Select(o => $"{o.Name} ({string.Join(", ", Columns(session, o.Name).Select(c => c.Name))})")]);
    }

    private static TableSchema Table(Session session, string name, string sql)
    {
        var columns = Columns(session, name);
        var checks = Check().Matches(sql).Select(m => "check " + m.Groups["condition"].Value);
        var keys = Indexes(session, name).Concat(ForeignKeys(session, name)).Concat(checks).ToList();
        // A primary key that is the row's own number has no index.
        if (columns.Find(c => c.Numbered) is { } numbered)
            keys.Add($"primary key ({numbered.Name})");
        return new TableSchema(name, columns, [.. keys.Order(StringComparer.Ordinal)]);
    }

    private static List<ColumnSchema> Columns(Session session, string table) =>
        [.. session.Connection.Query<(string Name, string Type, long NotNull, long Pk)>("SELECT name, type, \"notnull\", pk FROM pragma_table_info(@table) ORDER BY cid", new { table })
            .Select(c => new ColumnSchema(c.Name, TypeOf(c.Type), c.NotNull == 0, c is { Type: "INTEGER", Pk: 1 }))];

    /// <summary>SQLite numbers rows only in a column whose type has exactly this name; other types are merely recorded.</summary>
    private static string TypeOf(string type) => type switch
    {
        "INTEGER" => "bigint",
        "TEXT" => "nvarchar(max)",
        _ => type,
    };

    private static IEnumerable<string> Indexes(Session session, string table)
    {
        foreach (var (name, unique, origin, sql) in session.Connection.Query<(string, long, string, string?)>(
            "SELECT i.name, i.\"unique\", i.origin, m.sql FROM pragma_index_list(@table) AS i LEFT JOIN sqlite_master AS m ON m.name = i.name",
            new { table }).ToList())
        {
            var columns = string.Join(", ",
                session.Connection.Query<string>("SELECT name FROM pragma_index_info(@name) ORDER BY seqno", new { name }));
            yield return origin switch
            {
                "pk" => $"primary key ({columns})",
                "u" => $"unique ({columns})",
                _ => $"{(unique == 1 ? "unique " : "")}index {name} ({columns}){(Filter().Match(sql!) is { Success: true } filter ? $" where {filter.Groups["condition"].Value}" : "")}",
            };
        }
    }

    private static IEnumerable<string> ForeignKeys(Session session, string table) =>
        session.Connection.Query<(long Id, string Table, string From, string To)>("SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(@table) ORDER BY id, seq", new { table })
            .GroupBy(k => (k.Id, k.Table), k => (k.From, k.To))
            .Select(k => $"foreign key ({string.Join(", ", k.Select(c => c.From))}) to {k.Key.Table} ({string.Join(", ", k.Select(c => c.To))})");

    [GeneratedRegex(@"\bCHECK \((?<condition>[^)]*)\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Check();

    [GeneratedRegex(@"\bWHERE (?<condition>.+)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Filter();
}
