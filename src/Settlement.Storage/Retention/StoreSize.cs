using System.Data.Common;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage.Closings;

namespace Settlement.Storage.Retention;

/// <summary>How large the store is, as far as that can be told at a glance.</summary>
/// <param name="Bytes">The size of the database. Null: this server does not say.</param>
/// <param name="FreeBytes">How much of it is free to be used again.</param>
/// <param name="Tables">The tables that retention concerns.</param>
public sealed record StoreSize(long? Bytes, long? FreeBytes, IReadOnlyList<TableSize> Tables)
{
    /// <summary>On SQLite rows are counted, and only up to this number.</summary>
    public const long MostCounted = 100_000;

    public static StoreSize Of(Session session)
    {
        try
        {
            var store = session.One<BytesRow>("size/store")!;
            return new StoreSize(store.Bytes, store.FreeBytes, session.Rows<TableSize>("size/tables", new { Most = MostCounted }));
        }
        catch (DbException)
        {
            // Figures for a look, from views that not every server has and not every login may read.
            return new StoreSize(null, null, []);
        }
    }

    private sealed class BytesRow
    {
        public long Bytes { get; init; }

        public long FreeBytes { get; init; }
    }
}

/// <summary>A table: how many rows it has, or at least has, and how large it is with its indexes.</summary>
public sealed class TableSize
{
    /// <summary><c>usage</c>, <c>identities</c>, <c>notices</c> or <c>commands</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Rows.</summary>
    public long Number { get; init; }

    /// <summary>Null: the engine does not say (SQLite).</summary>
    public long? Bytes { get; init; }
}

/// <summary>The usage that leaves next.</summary>
/// <param name="Hour">The hour whose closing took it.</param>
/// <param name="AtUs">When it leaves, or should have.</param>
/// <param name="Events">How many events of that hour there are, up to <see cref="StoreSize.MostCounted"/>.</param>
public sealed record NextToLeave(BillingHour Hour, long AtUs, long Events)
{
    /// <summary>Null: there is no usage, or none ever leaves.</summary>
    public static NextToLeave? Of(Session session, BillingSettings settings)
    {
        if (ClosingRuns.NextSlot(session, SettleSlot.BeforeAll) is not { } slot || KeptSpan.LeavesUs(settings, slot.Hour) is not { } atUs)
            return null;
        var hour = slot.Hour;
        return new NextToLeave(hour, atUs,
            session.One<long>("retention/count-slots", new { FromSlot = slot, ToSlot = SettleSlot.OfHour(hour.Next), Most = StoreSize.MostCounted }));
    }
}
