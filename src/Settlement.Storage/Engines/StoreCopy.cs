using System.Globalization;

namespace Settlement.Storage.Engines;

/// <summary>
/// Copies into a throw-away store everything that decides what will happen: accounts, packages, prices, whatever is waiting. What is past (bills,
/// ledger, notices, closed usage, identities) is left out, whatever its size.
/// </summary>
public static class StoreCopy
{
    private const int RowsPerInsert = 1000;

    private static readonly (string Table, string Which)[] Tables =
    [
        ("Store", "StoreNo = 1"),
        ("KeptSpan", "StoreNo = 1"),
        ("SettingsVersion", "Version > 0"),
        ("CatalogVersion", "Version > 0"),
        ("Word", "No > 0"),
        ("Account", "AccountNo > 0"),
        ("Scope", "ScopeNo > 0"),
        ("Subscription", "ScopeNo > 0"),
        ("Package", "PackageNo > 0"),
        ("Lot", "PackageNo > 0"),
        ("MonthUse", "ScopeNo > 0"),
        ("Run", "DoneUs IS NULL"),
        ("Span", "DoneUs IS NULL"),
        ("SpanPart", "DoneUs IS NULL AND SpanNo IN (SELECT SpanNo FROM Span WHERE DoneUs IS NULL)"),
        ("Closing", "ToSlot IN (SELECT ToSlot FROM Run WHERE DoneUs IS NULL)"),
        ("Command", "State = 'pending'"),
        ("Renewal", "PackageNo > 0"),
        ("Agenda", "DueUs > 0"),
        ("QuarantineRelease", "Done = 0"),
        ("Quarantine", "State = 'held' AND EXISTS (SELECT 1 FROM QuarantineRelease AS r WHERE r.Done = 0 AND r.Reason = Quarantine.Reason)"),
        ("Parked", "AccountNo > 0"),
        ("Usage", "SettleSlot > COALESCE((SELECT MIN(AfterSlot) FROM Run WHERE DoneUs IS NULL), (SELECT ClosedSlot FROM Store))"),
    ];

    public static void OfWhatIsToCome(IEngine from, IEngine to)
    {
        using var read = from.Read();
        using var write = to.Write();
        foreach (var (table, which) in Tables)
            Copy(read, write, to, table, which);
        write.Commit();
    }

    private static void Copy(Session read, Session write, IEngine to, string table, string which)
    {
        using var command = read.Connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM {table} WHERE {which}");
        command.CommandTimeout = Statements.LongestSeconds;
        using var reader = command.ExecuteReader();
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        foreach (var chunk in Rows(reader).Chunk(RowsPerInsert))
            to.Insert(write, table, columns, chunk);
    }

    private static IEnumerable<object?[]> Rows(System.Data.Common.DbDataReader reader)
    {
        while (reader.Read())
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            yield return row;
        }
    }
}
