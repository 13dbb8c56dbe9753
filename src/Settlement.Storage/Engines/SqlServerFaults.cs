using System.Data.Common;

namespace Settlement.Storage.Engines;

/// <summary>
/// Ways in which a SQL Server database may be set up so that a worker must not use it. Babelfish and other compatible servers can't answer every
/// question. What they refuse to answer is reported and stops no worker.
/// </summary>
internal static class SqlServerFaults
{
    private const string Script = "run deploy/sqlserver-roles.sql in it";

    public static DatabaseFaults Of(Session session)
    {
        List<string> wrong = [], unknown = [];
        Ask(() => wrong.AddRange(OfSettings(session.One<Settings>("check/settings"))), unknown, "its settings could not be checked");
        // Checked by trying it: a level is only a number, and compatible servers have their own.
        Ask(() => session.Rows<long>("check/lists"), wrong, "lists can't be read, for which COMPATIBILITY_LEVEL must be 130 at least");
        Ask(() => wrong.AddRange(session.Rows<string>("check/collations").Select(OfCollation)),
            unknown, "the collation of its columns could not be checked");
        Ask(() => OfRights(session.Rows<string>("check/rights"), wrong), unknown, "the rights of this login could not be checked");
        return new DatabaseFaults(wrong, unknown);
    }

    private static IEnumerable<string> OfSettings(Settings? found)
    {
        if (found is null)
            yield break;
        if (found.Snapshot == 0)
            yield return $"READ_COMMITTED_SNAPSHOT is off, so readers and writers would wait for each other: {Script}";
        if (found.Durability is { } durability && durability.Equals("FORCED", StringComparison.OrdinalIgnoreCase))
        {
            yield return "DELAYED_DURABILITY is FORCED, so a message would be acknowledged before what it holds is on disk: "
                + "ALTER DATABASE CURRENT SET DELAYED_DURABILITY = ALLOWED";
        }
    }

    private static string OfCollation(string column) =>
        $"{column} does not compare texts character by character, so ids that differ in case or accents would be one: "
        + "make the tables with settlement migrate, not with a tool that leaves collations out";

    private static void OfRights(List<string> missing, List<string> wrong)
    {
        if (missing.Count > 0)
            wrong.Add($"this login lacks {string.Join(", ", missing)}: {Script} again (after settlement migrate), and make its user a member of settlement_worker");
    }

    private static void Ask(Action ask, List<string> unanswered, string what)
    {
        try
        {
            ask();
        }
        catch (DbException e)
        {
            unanswered.Add($"{what}: {e.Message}");
        }
    }

    private sealed class Settings
    {
        public long Snapshot { get; init; }

        public string? Durability { get; init; }
    }
}
