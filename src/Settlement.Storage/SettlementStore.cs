using System.Data.Common;
using Settlement.Domain.Ledger;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;

namespace Settlement.Storage;

/// <summary>A setting or catalog that the store does not accept; the message says why.</summary>
public sealed class StoreRefusedException(string message) : Exception(message);

/// <summary>
/// A writer found that the account has changed since it was loaded. Its transaction is rolled back, and the work is repeated from the current state.
/// </summary>
public sealed class LateWriterException(string message) : Exception(message);

/// <summary>An open store: its engine, its remembered dictionaries, and transactions. All state is in the database.</summary>
/// <param name="time">For tests; null: the system clock.</param>
public sealed class SettlementStore(IEngine engine, BillingSettings settings, TimeProvider? time = null)
{
    /// <summary>How often a transaction is tried.</summary>
    public const int Attempts = 12;
    private const int LongestPauseMs = 500;

    /// <summary>
    /// No new try begins after this long either: with a statement that runs into its time limit on every try, callers would wait for minutes.
    /// </summary>
    private static readonly TimeSpan LongestTries = TimeSpan.FromMinutes(1);

    private readonly TimeProvider clock = time ?? TimeProvider.System;
    private volatile bool ending;

    public IEngine Engine { get; } = engine;

    public Words Words { get; } = new(engine);

    public TermsReader Terms { get; } = new(settings);

    public BillingSettings Settings { get; } = settings;

    public T Read<T>(Func<Session, T> work)
    {
        using var session = Engine.Read();
        return work(session);
    }

    /// <summary>
    /// Does the work in one transaction. If another writer was first (a changed version, a key that is taken) or the database gave up for a reason
    /// that may pass, the transaction is rolled back and repeated a few times within a minute. The last failure is thrown.
    /// </summary>
    /// <param name="work">May be called more than once; only the last call counts.</param>
    /// <param name="under">
    /// The claim under which the work is done. If it is lost meanwhile, <see cref="ClaimLostException"/> is thrown and nothing is written.
    /// </param>
    /// <param name="tries">The largest number of tries.</param>
    public T Write<T>(Func<Session, T> work, WorkClaim? under = null, int tries = Attempts)
    {
        var since = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var session = Engine.Write();
                var result = work(session);
                under?.Assert(session);
                session.Commit();
                return result;
            }
            catch (LateWriterException) when (attempt < tries && MayGoOn(since))
            {
                Pause(attempt);
            }
            catch (DbException error) when (attempt < tries && Engine.MayRetry(error) && MayGoOn(since))
            {
                Pause(attempt);
            }
        }
    }

    /// <inheritdoc cref="Write{T}"/>
    public void Write(Action<Session> work, WorkClaim? under = null, int tries = Attempts) => Write(
        session =>
        {
            work(session);
            return true;
        },
        under,
        tries);

    /// <summary>The process is ending, so anything that fails from now on is not tried again. The next worker will do it.</summary>
    public void NoMoreTries() => ending = true;

    private bool MayGoOn(long since) => !ending && clock.GetElapsedTime(since) < LongestTries;

    /// <summary>Pauses of random length, so that two writers that block each other do not keep doing so.</summary>
    private static void Pause(int attempt) => Thread.Sleep(Random.Shared.Next(Math.Min(LongestPauseMs, 1 << attempt)));

    /// <summary>
    /// Creates the store's row if the store is new, and records the settings if they have changed. Throws <see cref="StoreRefusedException"/> if the
    /// billing zone differs from that of a store in use.
    /// </summary>
    public void Open(long nowUs) => Write(session =>
    {
        session.Execute("store/create", new
        {
            CreatedUs = nowUs,
            LastRunUs = BillingHour.FirstOnTheHourUs(nowUs) - Instant.PerHourUs,
            ClosedSlot = SettleSlot.OfHour(StoreState.NoClosedHour),
            ResumedUs = StoreState.NoClosedHour.StartUs,
        });
        var state = StoreState.Of(session);
        var body = TermsReader.Record(Settings);
        var before = session.One<string>("store/settings-body", new { Version = state.SettingsVersion });
        if (string.Equals(before, body, StringComparison.Ordinal))
        {
            session.OnCommit(() => Terms.RecordedVersion = state.SettingsVersion);
            return;
        }

        if (before is not null && session.One<long>("store/in-use") > 0)
            RefuseOtherZone(before);
        var version = state.SettingsVersion + 1;
        session.Execute("store/add-settings", new { Version = version, SinceUs = nowUs, Body = body });
        session.Execute("store/use-settings", new { Version = version });
        session.OnCommit(() => Terms.RecordedVersion = version);
    });

    /// <summary>
    /// For readers only. Creates the row of a new store, but changes nothing in a store in use, so that its settings stay those that its workers use.
    /// Throws <see cref="StoreRefusedException"/> for a different billing zone.
    /// </summary>
    public void OpenToRead(long nowUs)
    {
        var recorded = Read(session => session.One<StoreState>("store/get") is { } state
            ? session.One<string>("store/settings-body", new { Version = state.SettingsVersion }) : null);
        if (recorded is null)
            Open(nowUs);
        else if (Read(session => session.One<long>("store/in-use")) > 0)
            RefuseOtherZone(recorded);
    }

    /// <summary>Turns an opened store into a test store, permanently. Throws <see cref="StoreRefusedException"/> for a store in use.</summary>
    public void MarkForTests() => Write(session =>
    {
        if (StoreState.IsForTests(session))
            return;
        if (session.One<long>("store/in-use") > 0)
            throw new StoreRefusedException($"--test-store: {Engine.Describe()} has accounts; only a store that is not in use can be made one for tests");
        session.Execute("store/make-for-tests");
    });

    /// <summary>Puts a catalog in force. If the change is refused, it is refused as a whole, and its faults are returned.</summary>
    public IReadOnlyList<CatalogFault> ApplyCatalog(Session session, Catalog catalog, long nowUs)
    {
        // Exclusively: otherwise usage that another worker is storing could be held for lack of something that exists by then.
        Engine.TakeGuard(session, exclusive: true);
        var state = StoreState.Of(session);
        var faults = JudgeCatalog(session, state, catalog);
        if (faults.Count > 0 || (state.CatalogVersion > 0 && IsInForce(session, state, catalog)))
            return faults;
        var version = state.CatalogVersion + 1;
        session.Execute("store/add-catalog", new { Version = version, SinceUs = nowUs, Body = CatalogJson.Write(catalog) });
        session.Execute("store/use-catalog", new { Version = version });
        return [];
    }

    /// <summary>
    /// Why a catalog can't replace the store's; empty if it can. A store without a catalog uses CNY, and keeps it from its first account on.
    /// </summary>
    public List<CatalogFault> JudgeCatalog(Session session, StoreState state, Catalog next) =>
        state.CatalogVersion == 0 && session.One<long>("store/in-use") == 0
            ? [] : CatalogChange.Judge(
                Terms.Read(session, state).Catalog, next, state.ClosedHour, Settings.TimeZone, ParkedAccounts.Any(session) ? list =>
                    PricedThrough(session, list) : null);

    /// <summary>
    /// A parked account may be waiting for a price it can be charged (2.5). A list may then start where nothing of its scope has been charged yet,
    /// whether the hours are closed or not.
    /// </summary>
    private BillingHour PricedThrough(Session session, PriceList list) => session.One<long?>("parked/priced-through", new
    {
        Kind = (long)RowKind.PayPerUse, FromHour = BillingHour.Of(list.FromUs), ApiNo = Words.Find(session, WordKind.Api, list.Api),
        RegionNo = Words.Find(session, WordKind.Region, list.Region),
    }) is { } hour ? new BillingHour(hour) : StoreState.NoClosedHour;

    private bool IsInForce(Session session, StoreState state, Catalog catalog) =>
        string.Equals(CatalogJson.Write(Terms.Read(session, state).Catalog), CatalogJson.Write(catalog), StringComparison.Ordinal);

    private void RefuseOtherZone(string before)
    {
        using var json = System.Text.Json.JsonDocument.Parse(before);
        var zone = json.RootElement.GetProperty("timeZone").GetString();
        if (!string.Equals(zone, Settings.TimeZone.ToString(), StringComparison.Ordinal))
            throw new StoreRefusedException($"Billing:TimeZone: is {Settings.TimeZone}, but the store is in use with {zone}; it can't change any more");
    }
}
