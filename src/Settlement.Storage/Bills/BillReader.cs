using Settlement.Domain.Ledger;
using Settlement.Domain.Time;
using Settlement.Storage.Accounts;
using Settlement.Storage.Notices;

namespace Settlement.Storage.Bills;

/// <summary>Which bill rows to read; null: no restriction.</summary>
/// <param name="UsedHours">In addition to the rows of the cycle: usage rows of other cycles whose hour of use lies in [From, To).</param>
public sealed record BillFilter(
    string? Account = null, BillingMonth? Cycle = null, string? Api = null, string? Region = null, RowKind? Kind = null,
    (BillingHour From, BillingHour To)? UsedHours = null);

/// <summary>Reads the bill, the ledger and the notices as they were written.</summary>
public static class BillReader
{
    public static List<BillLine> Rows(Session session, BillFilter filter) => [.. Stream(session, filter)];

    /// <summary>
    /// By transaction time, one row at a time as it is read. The database does the sorting, in a file of its own if there are many rows, and memory
    /// holds a single row.
    /// </summary>
    public static IEnumerable<BillLine> Stream(Session session, BillFilter filter)
    {
        BillLine? row = null;
        var steps = new List<StepLine>();
        foreach (var line in session.Stream<RowAndStep>("bill/rows", Args(session, filter)))
        {
            if (row is null || (line.AccountNo, line.AccountVersion, line.Line) != (row.AccountNo, row.AccountVersion, row.Line))
            {
                if (row is not null)
                    yield return row;
                steps = [];
                row = line;
                row.Steps = steps;
            }

            if (line.ToStep() is { } step)
                steps.Add(step);
        }

        if (row is not null)
            yield return row;
    }

    private static object Args(Session session, BillFilter filter)
    {
        // A range of account numbers, for one account or for all. An index can't be used for a condition with a parameter that may be null.
        var only = filter.Account is null ? (long?)null : AccountReader.Find(session, filter.Account)?.AccountNo ?? AccountReader.StoreAccountNo;
        return new
        {
            LowAccountNo = only ?? long.MinValue,
            HighAccountNo = only ?? long.MaxValue,
            Cycle = (long?)filter.Cycle?.Number,
            FromHour = filter.UsedHours?.From.Number ?? 0,
            ToHour = filter.UsedHours?.To.Number ?? 0,
            filter.Api,
            filter.Region,
            Kind = (long?)filter.Kind,
        };
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

    /// <summary>The automatic attempts at the lot that follows a given one, in the order in which they fell due.</summary>
    public static List<AttemptLine> AttemptsAfter(Session session, long packageNo, long lotNo) =>
        session.Rows<AttemptLine>("package/attempts-of", new { PackageNo = packageNo, LotNo = lotNo });

    public static List<RefusalLine> Refusals(Session session) => session.Rows<RefusalLine>("command/refusals");
}

public class BillLine
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

    public BillingHour? UseHour { get; init; }

    public long? UseStartUs { get; init; }

    public long? UseEndUs { get; init; }

    public long DueUs { get; init; }

    public long TransactionUs { get; init; }

    public BillingMonth Cycle { get; init; }

    public long? Calls { get; init; }

    public long Late { get; init; }

    public long FeeE8 { get; init; }

    public long DeductedE8 { get; init; }

    public long WrittenOffE8 { get; init; }

    public IReadOnlyList<StepLine> Steps { get; set; } = [];
}

/// <summary>A bill row, repeated once for each of its tier steps, or once if it has none.</summary>
internal sealed class RowAndStep : BillLine
{
    public long? Step { get; init; }

    public long? StepCalls { get; init; }

    public long? UnitPriceE10 { get; init; }

    public long? StepFeeE8 { get; init; }

    public StepLine? ToStep() => Step is not { } step ? null : new StepLine
    {
        AccountNo = AccountNo, AccountVersion = AccountVersion, Line = Line, Step = step, Calls = StepCalls!.Value,
        UnitPriceE10 = UnitPriceE10!.Value, FeeE8 = StepFeeE8!.Value,
    };
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
