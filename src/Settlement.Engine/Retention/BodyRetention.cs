using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Engines;
using Settlement.Storage.Retention;

namespace Settlement.Engine.Retention;

/// <summary>How many bodies have left in a pass.</summary>
public readonly record struct LeftBodies(long Notices, long Commands);

/// <summary>
/// Lets the bodies of published notices and answered commands leave that are past their time. What else is known of them stays: of a notice its
/// sequence, id, name and instant, of a command its id and answer, so that the same id again does nothing (INTERFACE 2).
/// </summary>
/// <param name="store">The store.</param>
/// <param name="most">Bodies per account and transaction.</param>
public sealed class BodyRetention(SettlementStore store, int most = BodyRetention.BodiesPerStep)
{
    public const int BodiesPerStep = 500;
    private const int AccountsPerLook = 500;
    private const int AccountsPerStep = 4;

    private long doneUs = long.MinValue;

    /// <summary>Lets everything leave that may, once a day of the time line: it looks at every account.</summary>
    /// <param name="claim">The claim under which it is done, if any.</param>
    /// <param name="rest">Called after each transaction with the time it took, so that the others get their turn.</param>
    /// <param name="cancel">Checked between two transactions; the rest stays until the next pass.</param>
    public LeftBodies Leave(WorkClaim? claim = null, Action<TimeSpan>? rest = null, CancellationToken cancel = default)
    {
        var lastRunUs = store.Read(StoreState.Of).LastRunUs;
        if (doneUs != long.MinValue && lastRunUs - doneUs < Instant.PerDayUs)
            return default;
        var left = new LeftBodies(
            store.Settings.KeepNoticesUs == 0 ? 0 : LeaveNotices(lastRunUs - store.Settings.KeepNoticesUs, claim, rest, cancel),
            store.Settings.KeepCommandsUs == 0 ? 0 : LeaveCommands(lastRunUs - store.Settings.KeepCommandsUs, claim, rest, cancel));
        doneUs = lastRunUs;
        return left;
    }

    private long LeaveNotices(long beforeUs, WorkClaim? claim, Action<TimeSpan>? rest, CancellationToken cancel)
    {
        long left = 0;
        for (long? after = AccountReader.StoreAccountNo - 1; after is { } accountNo;)
        {
            var look = store.Read(session => OldBodies.OfNotices(session, accountNo, AccountsPerLook, most, beforeUs));
            foreach (var some in look.Old.Chunk(AccountsPerStep))
                left += Step(session => some.Sum(old => old.LeaveAsNotices(session)), claim, rest, cancel);
            // An account of which more may leave is looked at again with the others of its page.
            if (!look.Old.Exists(old => old.ThroughNo - old.BeforeNo == most))
                after = look.Through;
        }

        return left;
    }

    private long LeaveCommands(long beforeUs, WorkClaim? claim, Action<TimeSpan>? rest, CancellationToken cancel)
    {
        long left = 0;
        while (store.Read(session => OldBodies.OfCommands(session, most, beforeUs)) is { } old)
            left += Step(old.LeaveAsCommands, claim, rest, cancel);
        return left;
    }

    private long Step(Func<Session, long> step, WorkClaim? claim, Action<TimeSpan>? rest, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var since = TimeProvider.System.GetTimestamp();
        var left = store.Write(step, claim);
        rest?.Invoke(TimeProvider.System.GetElapsedTime(since));
        return left;
    }
}
