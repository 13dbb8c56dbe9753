using Settlement.Domain.Ledger;
using Settlement.Domain.Packages;
using Settlement.Domain.Time;
using Settlement.Storage.Accounts;
using Settlement.Storage.Closings;

namespace Settlement.Storage.Bills;

/// <summary>
/// The events behind a usage row, and how many calls the row took from each. The closing's draws on that scope and hour are repeated, in the order of
/// 4.1, on lots that hold exactly what the closing drew from them in that hour. Events are streamed; only the lots are in memory.
/// </summary>
public static class RowEvents
{
    /// <param name="taken">Called for each event from which the row took calls, in the order of 4.1.</param>
    /// <returns>
    /// The total number of calls taken. If it differs from the row's, the store is not as the closing left it. Null: the events are past their time
    /// and have left, or are leaving (7.4).
    /// </returns>
    public static long? Walk(Session session, BillLine row, Action<EventLine, long> taken)
    {
        var closing = ClosingRuns.Of(session, row.AccountNo, row.AccountVersion)
            ?? throw new InvalidOperationException($"Version {row.AccountVersion} of account {row.AccountId} was made by no closing.");
        var hour = row.UseHour!.Value;
        if (StoreState.Of(session).HasLeft(closing.Run.SlotOf(hour)))
            return null;
        var drawing = new Drawing(LotsAsDrawn(session, row));
        var subscriptions = AccountReader.Subscriptions(session, row.ScopeNo);
        var events = session.Stream<EventLine>("usage/events-of-hour", new
        {
            Slot = closing.Run.SlotOf(hour), row.AccountNo, row.ScopeNo, UseHour = hour,
        });
        long all = 0;
        foreach (var line in events)
        {
            var calls = Taken(row, drawing, subscriptions, line);
            if (calls == 0)
                continue;
            all += calls;
            taken(line, calls);
        }

        return all;
    }

    private static long Taken(BillLine row, Drawing drawing, List<Period> subscriptions, EventLine line)
    {
        long drawn = 0;
        var instant = new Period(line.TimeUs, line.TimeUs + 1);
        var uncovered = drawing.Draw(instant, line.Project, line.Calls, (lot, calls) =>
        {
            if (lot.Lot.PackageId == row.PackageId && lot.Lot.LotNo == row.LotNo)
                drawn += calls;
        });
        if (!string.Equals(line.Project, row.Project, StringComparison.Ordinal))
            return 0;
        if (row.Kind == (long)RowKind.PackageUsage)
            return drawn;
        // Calls that no lot covers are charged, unless they were held because the scope was not subscribed (5.5).
        return line.Waived != 0 || subscriptions.Exists(s => s.Contains(line.TimeUs)) ? uncovered : 0;
    }

    private static List<Lot> LotsAsDrawn(Session session, BillLine row)
    {
        var draws = session.Rows<DrawRow>("bill/draws-of-hour", new { row.AccountNo, row.AccountVersion, row.ScopeNo, row.UseHour });
        return [.. draws.GroupBy(d => (d.PackageNo, d.LotNo))
            .Select(d => AccountReader.Lot(session, d.Key.PackageNo, d.Key.LotNo)! with { Left = d.Sum(x => x.Calls) })];
    }

    private sealed class DrawRow
    {
        public long PackageNo { get; init; }

        public long LotNo { get; init; }

        public long Calls { get; init; }
    }
}

/// <summary>A stored event with a billable status.</summary>
public sealed class EventLine
{
    public string Source { get; init; } = "";

    public string EventId { get; init; } = "";

    public string? Project { get; init; }

    public long TimeUs { get; init; }

    public long Status { get; init; }

    public long Calls { get; init; }

    /// <summary>Not 0: released from quarantine, so billable although the scope was not subscribed.</summary>
    public long Waived { get; init; }

    /// <summary>0, or the quarantine entry that it was released from.</summary>
    public long Part { get; init; }

    public long ArrivedUs { get; init; }
}
