using System.Data.Common;
using Settlement.Storage.Engines;

namespace Settlement.Storage.Tests.Contract;

/// <summary>
/// A real engine with an action that runs before each write transaction begins: something that another worker does meanwhile, or counting.
/// </summary>
internal sealed class BeforeWrite(IEngine engine, Action happens) : IEngine
{
    public string Name => engine.Name;

    public bool Exists => engine.Exists;

    public string Describe() => engine.Describe();

    public Session Read() => engine.Read();

    public Session Write()
    {
        happens();
        return engine.Write();
    }

    public void TakeGuard(Session session, bool exclusive) => engine.TakeGuard(session, exclusive);

    public void Insert(Session session, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows) =>
        engine.Insert(session, table, columns, rows);

    public IReadOnlyList<Claimed> ClaimIdentities(Session session, IReadOnlyList<NewIdentity> claims) => engine.ClaimIdentities(session, claims);

    public long NewWordNo(Session session, WordKind kind) => engine.NewWordNo(session, kind);

    public long NewScopeNo(Session session) => engine.NewScopeNo(session);

    public bool MayRetry(DbException error) => engine.MayRetry(error);

    public WorkClaim? TryClaim(string name) => engine.TryClaim(name);

    public IReadOnlyList<string> Claimants(string prefix) => engine.Claimants(prefix);

    public void ForgetClaims(Session session, string prefix) => engine.ForgetClaims(session, prefix);

    public string? CopyBefore(string what, DateTimeOffset now) => engine.CopyBefore(what, now);

    public int Migrate(Action<string> log) => engine.Migrate(log);

    public IReadOnlyList<string> SchemaDifferences() => engine.SchemaDifferences();

    public DatabaseFaults Faults() => engine.Faults();

    public IDisposable? TryAttach(out string? holder) => engine.TryAttach(out holder);

    public string? AttachedWorker() => engine.AttachedWorker();

    public void Dispose()
    {
        // The engine belongs to whoever created it.
    }
}
