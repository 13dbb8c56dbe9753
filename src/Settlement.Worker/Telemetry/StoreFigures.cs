using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Closings;
using Settlement.Storage.Figures;
using Settlement.Storage.Notices;
using Settlement.Storage.Parking;

namespace Settlement.Worker.Telemetry;

/// <summary>What the database says about how the work stands, at one moment.</summary>
/// <param name="AtUs">That moment.</param>
/// <param name="Schema">How the schema differs from this program's; empty if it does not. If it does, nothing else is known.</param>
/// <param name="DueSinceUs">The instant of the first thing that is due and not done; null: nothing is due.</param>
/// <param name="Bytes">The size of the store's files of data; null if the server does not tell.</param>
internal sealed record StoreFigures(
    long AtUs, IReadOnlyList<string> Schema, long HoursBehind, long? DueSinceUs, long Parked, long InArrears, WaitingNotices Outbox,
    IReadOnlyList<HeldFigure> Held, long? Bytes)
{
    public static StoreFigures Read(SettlementCore core)
    {
        var nowUs = core.NowUs;
        var differences = core.Store.Engine.SchemaDifferences();
        if (differences.Count > 0)
            return new StoreFigures(nowUs, differences, 0, null, 0, 0, new WaitingNotices(), [], null);
        var dueUs = core.Timeline.Next(nowUs)?.AtUs;
        return core.Store.Read(session =>
        {
            var state = StoreState.Of(session);
            // As long as no hour is closed, every slot is that of its own hour.
            var first = state.ClosedHour == StoreState.NoClosedHour ? ClosingRuns.NextSlot(session, state.ClosedSlot) : null;
            var oldest = first is { } slot ? slot.Hour : (BillingHour?)null;
            return new StoreFigures(
                nowUs,
                [],
                Telemetry.HoursBehind.Of(state, oldest, nowUs, core.Store.Settings.CloseDelayUs),
                dueUs,
                ParkedAccounts.Count(session).Accounts,
                StoreCounts.InArrears(session),
                StoreCounts.Outbox(session),
                StoreCounts.Held(session),
                StoreCounts.Bytes(session));
        });
    }
}
