using Settlement.Domain.Ledger;

namespace Settlement.Storage.Bills;

/// <summary>Which bill rows; null: whatever.</summary>
public sealed record BillFilter(string? Account = null, int? Cycle = null, string? Api = null, string? Region = null, RowKind? Kind = null);

/// <summary>Reads the bill, the ledger and the notices as they were written.</summary>
public static class BillStore
{
    public static List<BillLine> Rows(Session session, BillFilter filter)
    {
        var args = new { filter.Account, Cycle = (long?)filter.Cycle, filter.Api, filter.Region, Kind = (long?)filter.Kind };
        var rows = session.Rows<BillLine>("bill/rows", args);
        var steps = session.Rows<StepLine>("bill/steps", args).ToLookup(s => (s.AccountNo, s.AccountVersion, s.Line));
        foreach (var row in rows)
            row.Steps = [.. steps[(row.AccountNo, row.AccountVersion, row.Line)]];
        return rows;
    }

    public static BillLine? Row(Session session, (long AccountNo, long Version, long Line) id)
    {
        var args = new { id.AccountNo, AccountVersion = id.Version, id.Line };
        var row = session.One<BillLine>("bill/row", args);
        if (row is not null)
            row.Steps = session.Rows<StepLine>("bill/steps-of-row", args);
        return row;
    }

    public static List<EntryLine> Entries(Session session, long accountNo) => session.Rows<EntryLine>("bill/entries", new { AccountNo = accountNo });

    public static List<EntryLine> EntriesOfVersion(Session session, long accountNo, long version) =>
        session.Rows<EntryLine>("bill/entries-of-cause", new { AccountNo = accountNo, AccountVersion = version });

    public static List<NoticeLine> Notices(Session session) => session.Rows<NoticeLine>("bill/notices");

    public static List<AttemptLine> Attempts(Session session) => session.Rows<AttemptLine>("package/attempts");

    /// <summary>The automatic attempts at the lot that follows one, as they fell due.</summary>
    public static List<AttemptLine> AttemptsAfter(Session session, long packageNo, long lotNo) =>
        session.Rows<AttemptLine>("package/attempts-of", new { PackageNo = packageNo, LotNo = lotNo });

    public static List<RefusalLine> Refusals(Session session) => session.Rows<RefusalLine>("command/refusals");
}

public sealed class BillLine
{
    public long AccountNo { get; init; }

    public long AccountVersion { get; init; }

    public long Line { get; init; }

    public long Kind { get; init; }

    public string AccountId { get; init; } = "";

    public string? Api { get; init; }

    public string? Region { get; init; }

    public string? ResourceName { get; init; }

    public string? Project { get; init; }

    public string? PackageId { get; init; }

    public long LotNo { get; init; }

    public long ScopeNo { get; init; }

    public long? UseHour { get; init; }

    public long? UseStartUs { get; init; }

    public long? UseEndUs { get; init; }

    public long DueUs { get; init; }

    public long TransactionUs { get; init; }

    public long Cycle { get; init; }

    public long? Calls { get; init; }

    public long Late { get; init; }

    public long FeeE8 { get; init; }

    public long DeductedE8 { get; init; }

    public long WrittenOffE8 { get; init; }

    public IReadOnlyList<StepLine> Steps { get; set; } = [];
}

public sealed class StepLine
{
    public long AccountNo { get; init; }

    public long AccountVersion { get; init; }

    public long Line { get; init; }

    public long Step { get; init; }

    public long Calls { get; init; }

    public long UnitPriceE10 { get; init; }

    public long FeeE8 { get; init; }
}

public sealed class EntryLine
{
    public long EntryNo { get; init; }

    public long AccountVersion { get; init; }

    public long Book { get; init; }

    public long AmountE8 { get; init; }

    public long AfterE8 { get; init; }

    public string Cause { get; init; } = "";

    public long DueUs { get; init; }

    public long TransactionUs { get; init; }
}

public sealed class NoticeLine
{
    public long AccountNo { get; init; }

    public long Sequence { get; init; }

    public string AccountId { get; init; } = "";

    public string NoticeId { get; init; } = "";

    public string Name { get; init; } = "";

    public long AtUs { get; init; }

    public string? PackageId { get; init; }

    public string Body { get; init; } = "";

    public long Published { get; init; }
}

public sealed class AttemptLine
{
    public string PackageId { get; init; } = "";

    public long SlotUs { get; init; }

    public long Renewed { get; init; }

    public long ShortfallE8 { get; init; }

    public long AccountNo { get; init; }
}

public sealed class RefusalLine
{
    public long AtUs { get; init; }

    public string Type { get; init; } = "";

    public string Code { get; init; } = "";
}
